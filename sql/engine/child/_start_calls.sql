-- drop: function pbdb._start_calls(pbdb.run)
--
-- A child is queued, not run: a child that calls a child would recurse. Whoever called the engine
-- goes on with queued engine steps before it answers.
create or replace function pbdb._start_calls(p_run pbdb.run)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_call pbdb.playbook_call;
    v_child pbdb.run;
    v_children pbdb.run[] := '{}';
    v_program jsonb;
begin
    -- A loop, because each child is a run of its own; they are written together.
    foreach v_call in array p_run.calls loop
        if v_program ->> 'playbook_id' is distinct from v_call.playbook_id::text then
            v_program := pbdb._program_of(p_run.organization_id, v_call.playbook_id);
        end if;
        v_child := pbdb._new_run(
            p_run.organization_id, v_program, pbdb._filled_input(v_program, v_call.input)
        );
        v_child.trigger_source := 'playbook';
        v_child.execution_name := p_run.execution_name;
        v_child.parent_result_id := v_call.result_id;
        v_child.root_execution_id := coalesce(p_run.root_execution_id, p_run.execution_id);
        v_child.depth := p_run.depth + 1;
        v_child.threads := '{}';
        v_child := pbdb._hold_step(
            v_child, v_program -> 'steps' -> (v_program ->> 'first')::int,
            pbdb._new_thread(null, null)
        );
        v_children := v_children || v_child;
    end loop;
    perform pbdb._flush_runs(v_children);
end;
$fn$;

comment on function pbdb._start_calls(pbdb.run) is
'Begins the child executions that an execution has called: each is kept before its first step.';

revoke execute on function pbdb._start_calls(pbdb.run) from public;
