-- drop: function pbdb._execute_sql_step(uuid, uuid, real[])
--
-- The effect and the result commit together. A step that was superseded meanwhile must leave no
-- effect, so that raises instead of answering.
create or replace function pbdb._execute_sql_step(
    p_result_id uuid, p_token uuid, p_embedding real[]
)
returns pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_began_at timestamptz := clock_timestamp();
    v_item record;
    v_output jsonb;
    v_error jsonb;
    v_verdict pbdb.verdict;
begin
    select
        r.organization_id, q.timeout_seconds, d.step ->> 'type' as step_type,
        case when d.step ? 'mapping' then r.input_data else coalesce(r.input_data, e.input_data) end
        as input_data,
        (d.step -> 'config') || coalesce(r.request, '{}') as config
    into v_item
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_ready_steps as q
        on
            q.organization_id = r.organization_id and q.execution_id = r.execution_id
            and q.result_id = r.id
    inner join pbdb.playbook_executions as e on e.id = r.execution_id
    inner join pbdb.playbook_programs as g
        on g.organization_id = r.organization_id and g.playbook_id = e.playbook_id
    cross join lateral (select g.program -> 'steps' -> q.step_index as step) as d
    where r.id = p_result_id and q.token = p_token and q.state = 'LEASED';

    if found then
        begin
            v_output := pbdb._sql_output(
                v_item.step_type, v_item.organization_id, v_item.config, v_item.input_data,
                p_embedding
            );
        exception
            when others or query_canceled or assert_failure then
                if pbdb._aborts_the_turn(sqlstate) and not (
                    sqlstate = '57014' and pbdb._time_is_up(v_began_at, v_item.timeout_seconds)
                ) then
                    raise;
                end if;
                v_error := pbdb._query_error(sqlstate, sqlerrm);
        end;
    end if;

    perform pbdb._lock_families(array[p_result_id]);
    select v.* into v_verdict
    from pbdb._settle_attempts(
        array[p_result_id], array[p_token], array[v_output::text], array[v_error]
    ) as s
    cross join lateral unnest(s.verdicts) as v;
    if v_verdict.code = 'PB002' then
        raise exception using
            errcode = 'PB002',
            message = v_verdict.message,
            hint = 'Nothing of the step was kept; whoever holds it now runs it.';
    end if;
    return v_verdict;
end;
$fn$;

comment on function pbdb._execute_sql_step(uuid, uuid, real[]) is
'Runs a leased step whose type runs in sql and reports it; the step''s own errors end the '
'attempt. Raises PB002 when the token is not the one that holds it.';

revoke execute on function pbdb._execute_sql_step(uuid, uuid, real[]) from public;
