-- drop: function pbdb._lease_one(uuid, text)
create or replace function pbdb._lease_one(p_result_id uuid, p_worker text)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_token uuid;
begin
    update pbdb.playbook_ready_steps as q
    set
        state = 'LEASED', token = gen_random_uuid(),
        due_at = clock_timestamp() + interval '1 second' * q.timeout_seconds,
        deadline_at = clock_timestamp() + interval '1 second' * q.timeout_seconds
    from pbdb.playbook_step_results as r
    where
        r.id = p_result_id and q.organization_id = r.organization_id
        and q.execution_id = r.execution_id and q.result_id = r.id and q.state::text = 'READY'
    returning q.token into v_token;
    update pbdb.playbook_step_results as r
    set status = 'RUNNING', started_at = clock_timestamp(), worker = p_worker, token = v_token
    where r.id = p_result_id and v_token is not null;
    return v_token;
end;
$fn$;

comment on function pbdb._lease_one(uuid, text) is
'Leases one queued step by its id and gives the token; null when it is not queued.';

revoke execute on function pbdb._lease_one(uuid, text) from public;
