-- drop: function pbdb._run_to_the_end(uuid)
create or replace function pbdb._run_to_the_end(p_execution_id uuid)
returns void
language plpgsql
volatile
as $fn$
declare
    v_next record;
begin
    -- A loop, because each step decides which comes next.
    loop
        select q.result_id, q.handler, q.state, r.step_id into v_next
        from pbdb.playbook_ready_steps as q
        inner join pbdb.playbook_executions as e on e.id = q.execution_id
        inner join pbdb.playbook_step_results as r on r.id = q.result_id
        where e.id = p_execution_id or e.root_execution_id = p_execution_id
        order by
            q.handler not in ('@engine', 'DATABASE_QUERY', 'MEMORY_SEARCH'), q.handler = '@child',
            q.due_at
        limit 1;
        exit when not found;

        if v_next.handler = '@engine' then
            perform pbdb._run_engine_step(v_next.result_id);
        elsif v_next.handler in ('DATABASE_QUERY', 'MEMORY_SEARCH') then
            perform pbdb._perform_sql_step(v_next.result_id, 'run_playbook', null);
        else
            raise exception using
                errcode = 'PB018',
                message = format(
                    'step "%s" %s',
                    (select s.step_name from pbdb.playbook_steps as s where s.id = v_next.step_id),
                    case
                        when v_next.state = 'WAITING' then 'waits, and run_playbook cannot'
                        else format('needs a runner (%s)', v_next.handler)
                    end
                ),
                hint = 'Start it instead, select pbdb.start_playbook(…), and let a runner work on it.';
        end if;
    end loop;
end;
$fn$;

comment on function pbdb._run_to_the_end(uuid) is
'Performs the SQL steps of an execution and its children one after the other. Raises PB018 when one needs a runner or waits.';

revoke execute on function pbdb._run_to_the_end(uuid) from public;
