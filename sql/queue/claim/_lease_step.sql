-- drop: function pbdb._lease_step(uuid, text, text, int)
create or replace function pbdb._lease_step(
    p_result_id uuid, p_worker text, p_handler text, p_lease_seconds int
)
returns setof pbdb.claimed_step
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    with leased as (
        update pbdb.playbook_ready_steps as q
        set
            state = 'LEASED', token = gen_random_uuid(),
            deadline_at = clock_timestamp() + interval '1 second' * q.timeout_seconds,
            due_at = clock_timestamp()
            + interval '1 second' * least(p_lease_seconds, q.timeout_seconds + 2)
        from pbdb.playbook_step_results as r
        where
            r.id = p_result_id and q.organization_id = r.organization_id
            and q.execution_id = r.execution_id and q.result_id = r.id and q.state = 'READY'
        returning q.result_id, q.token, q.step_index, q.deadline_at, q.due_at, q.timeout_seconds
    ),
    started as (
        update pbdb.playbook_step_results as r
        set
            status = 'RUNNING', started_at = clock_timestamp(), worker = p_worker, token = l.token,
            updated_at = clock_timestamp()
        from leased as l
        where r.id = l.result_id
        returning
            r.id, r.token, r.organization_id, r.execution_id, r.step_id, r.scope_id,
            r.attempt_number, r.visit, r.input_data, r.request, l.step_index, l.deadline_at,
            l.due_at, l.timeout_seconds
    )
    select c.*
    from started as s
    inner join pbdb.playbook_executions as e on e.id = s.execution_id
    inner join pbdb.playbook_programs as g
        on g.organization_id = s.organization_id and g.playbook_id = e.playbook_id
    cross join lateral pbdb._claimed_step(
        s.id, s.token, s.organization_id, s.execution_id, s.step_id, s.scope_id,
        s.attempt_number, s.visit, s.input_data, e.input_data, s.request, p_handler,
        s.timeout_seconds, s.deadline_at, s.due_at, e.execution_name, g.program, s.step_index
    ) as c;
end;
$fn$;

comment on function pbdb._lease_step(uuid, text, text, int) is
'Leases one due step by its id, as _lease_steps leases several.';

revoke execute on function pbdb._lease_step(uuid, text, text, int) from public;
