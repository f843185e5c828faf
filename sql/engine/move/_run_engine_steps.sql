-- drop: function pbdb._run_engine_steps(uuid[], int)
create or replace function pbdb._run_engine_steps(p_root_ids uuid[], p_limit int)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result_id uuid;
    v_done int := 0;
begin
    -- A loop, because each engine step may queue the next one: child, grandchild, back to the
    -- parent.
    while v_done < p_limit loop
        select q.result_id into v_result_id
        from pbdb.playbook_ready_steps as q
        inner join pbdb.playbook_executions as e
            on e.organization_id = q.organization_id and e.id = q.execution_id
        where
            q.handler = '@engine' and q.state = 'READY'
            and (e.id = any(p_root_ids) or e.root_execution_id = any(p_root_ids))
        order by q.due_at
        limit 1;
        exit when not found;
        perform pbdb._run_engine_step(v_result_id);
        v_done := v_done + 1;
    end loop;
    return v_done;
end;
$fn$;

comment on function pbdb._run_engine_steps(uuid[], int) is
'Runs queued engine steps of some families of executions, at most so many; what is left waits for '
'the next sweep.';

revoke execute on function pbdb._run_engine_steps(uuid[], int) from public;
