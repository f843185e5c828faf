-- drop: function pbdb._perform_sql_step(uuid, text, real[])
create or replace function pbdb._perform_sql_step(
    p_result_id uuid, p_worker text, p_embedding real[]
)
returns pbdb.verdict
language plpgsql
volatile
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
        r.id = p_result_id and q.execution_id = r.execution_id and q.result_id = r.id
        and q.state = 'READY'
    returning q.token into v_token;
    update pbdb.playbook_step_results as r
    set status = 'RUNNING', started_at = clock_timestamp(), worker = p_worker, token = v_token
    where r.id = p_result_id;
    return pbdb._execute_sql_step(p_result_id, v_token, p_embedding);
end;
$fn$;

comment on function pbdb._perform_sql_step(uuid, text, real[]) is
'Claims one queued SQL step, runs it and completes it, all in this transaction.';

revoke execute on function pbdb._perform_sql_step(uuid, text, real[]) from public;
