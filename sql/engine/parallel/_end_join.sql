-- drop: function pbdb._end_join(pbdb.run, jsonb, pbdb.playbook_joins, boolean)
create or replace function pbdb._end_join(
    p_run pbdb.run, p_program jsonb, p_join pbdb.playbook_joins, p_is_met boolean
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_step jsonb := p_program -> 'steps' -> p_join.step_index;
    v_attempt pbdb.playbook_step_results;
    v_output jsonb;
    v_error jsonb;
    v_inside uuid[];
begin
    if p_join.open_count > 0 then
        select array_agg(i.id) into v_inside
        from pbdb.playbook_scopes as o
        inner join pbdb.playbook_scopes as i
            on
                i.organization_id = o.organization_id and i.execution_id = o.execution_id
                and i.path @> array[o.id]
        where
            o.execution_id = p_run.execution_id and o.parent_result_id = p_join.result_id
            and o.status = 'RUNNING';
        p_run := pbdb._close_open_steps(
            p_run, v_inside, 'CANCELLED',
            format('the other branches decided step "%s"', v_step ->> 'name')
        );
        p_run.threads := array(
            select p_run.threads[n]
            from generate_subscripts(p_run.threads, 1) as n
            where
                (p_run.threads[n]).scope_id is null
                or (p_run.threads[n]).scope_id <> all(v_inside)
            order by n
        );
    end if;

    if p_is_met then
        v_output := pbdb._join_output(p_join, v_step);
    else
        v_error := pbdb._join_error(p_join);
    end if;
    delete from pbdb.playbook_joins as j
    where
        j.organization_id = p_join.organization_id and j.execution_id = p_join.execution_id
        and j.result_id = p_join.result_id;

    select r.* into v_attempt from pbdb.playbook_step_results as r where r.id = p_join.result_id;
    p_run := pbdb._end_attempt(p_run, v_step, v_attempt, v_output, v_error, null);
    if p_is_met and p_join.scope_id is null
        and p_run.ended[cardinality(p_run.ended)].status = 'COMPLETED'
        and (
            v_attempt.visit = 1 or not pbdb._was_completed(p_run, v_attempt.step_id, '{COMPLETED}')
        ) then
        p_run.completed_steps := p_run.completed_steps
            + pbdb._steps_inside(p_program, p_join.step_index);
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._end_join(pbdb.run, jsonb, pbdb.playbook_joins, boolean) is
'Ends a PARALLEL_EXECUTION step: losers are closed, outputs gathered, control goes on behind it.';

revoke execute on function pbdb._end_join(pbdb.run, jsonb, pbdb.playbook_joins, boolean)
from public;
