-- drop: function pbdb._run_to_the_end(uuid, jsonb)
create or replace function pbdb._run_to_the_end(p_execution_id uuid, p_outputs jsonb default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_next record;
begin
    -- A loop, because each step decides which comes next.
    loop
        select q.result_id, q.handler, q.waits_for, q.state, s.step_name into v_next
        from pbdb.playbook_ready_steps as q
        inner join pbdb.playbook_executions as e
            on e.organization_id = q.organization_id and e.id = q.execution_id
        inner join pbdb.playbook_step_results as r on r.id = q.result_id
        inner join pbdb.playbook_steps as s on s.id = r.step_id
        where
            (e.id = p_execution_id or e.root_execution_id = p_execution_id)
            and (p_outputs is null or q.waits_for is distinct from 'CHILD')
        order by
            (q.waits_for is null or q.waits_for <> 'ENGINE')
            and (q.handler is null or q.handler <> all(pbdb._sql_types())),
            coalesce(q.waits_for = 'CHILD', false),
            not coalesce(p_outputs ? s.step_name, false), q.due_at
        limit 1;
        exit when not found;

        if v_next.waits_for = 'ENGINE' then
            perform pbdb._run_engine_step(v_next.result_id);
        elsif p_outputs ? v_next.step_name then
            perform pbdb._pretend(v_next.result_id, v_next.state, p_outputs -> v_next.step_name);
        elsif v_next.handler = any(pbdb._sql_types()) then
            perform pbdb._perform_sql_step(v_next.result_id, 'run_playbook', null);
        elsif p_outputs is not null then
            exit;
        else
            raise exception using
                errcode = 'PB018',
                message = format(
                    'step "%s" %s', v_next.step_name,
                    case
                        when v_next.state = 'WAITING' then 'waits, and run_playbook cannot'
                        else format('needs a runner (%s)', v_next.handler)
                    end
                ),
                hint = 'Start it instead, select pbdb.start_playbook(…), and let a runner work on '
                    'it.';
        end if;
    end loop;
end;
$fn$;

comment on function pbdb._run_to_the_end(uuid, jsonb) is
'Performs the SQL steps of an execution and its children one after the other; other steps take '
'their output from p_outputs, by step name. Stops at a step that is not there, or, when p_outputs '
'is null, raises PB018.';

revoke execute on function pbdb._run_to_the_end(uuid, jsonb) from public;
