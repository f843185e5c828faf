-- drop: function pbdb._close_open_steps(pbdb.run, uuid[], text, text)
--
-- Ready steps are locked before their results, as claims and heartbeats do; a claim that is under
-- way commits first and is closed with the rest.
create or replace function pbdb._close_open_steps(
    p_run pbdb.run, p_scope_ids uuid[], p_code text, p_message text
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_now timestamptz;
    v_closed uuid[];
begin
    p_run := pbdb._flush_steps(p_run);

    perform q.result_id
    from pbdb.playbook_ready_steps as q
    where q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
    order by q.result_id
    for update;
    -- Read now: a claim that was waited for has begun its attempt before.
    v_now := clock_timestamp();

    with closed as (
        update pbdb.playbook_step_results as r
        set
            status = case
                when r.status = 'PENDING' then 'SKIPPED'
                when p_code = 'TIMEOUT' then 'TIMEOUT'
                else 'FAILED'
            end::pbdb.step_result_status,
            error_code = p_code, error_message = p_message,
            completed_at = v_now, updated_at = v_now
        where
            r.organization_id = p_run.organization_id and r.execution_id = p_run.execution_id
            and r.status in ('PENDING', 'RUNNING')
            and (p_scope_ids is null or r.scope_id = any(p_scope_ids))
        returning r.id
    )
    select coalesce(array_agg(c.id), '{}') into v_closed from closed as c;

    p_run := pbdb._drop_calls(p_run, v_closed);
    delete from pbdb.playbook_ready_steps as q
    where
        q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
        and q.result_id = any(v_closed);
    delete from pbdb.playbook_joins as j
    where
        j.organization_id = p_run.organization_id and j.execution_id = p_run.execution_id
        and j.result_id = any(v_closed);

    update pbdb.playbook_scopes as s
    set status = 'CANCELLED', completed_at = v_now
    where
        s.execution_id = p_run.execution_id and s.status = 'RUNNING'
        and (p_scope_ids is null or s.id = any(p_scope_ids));
    return p_run;
end;
$fn$;

comment on function pbdb._close_open_steps(pbdb.run, uuid[], text, text) is
'Closes every open attempt of an execution, or of some of its scopes: pending ones SKIPPED, '
'running ones FAILED or TIMEOUT with the code given; their runners learn it at the next heartbeat. '
'What they called is cancelled when the run is written.';

revoke execute on function pbdb._close_open_steps(pbdb.run, uuid[], text, text) from public;
