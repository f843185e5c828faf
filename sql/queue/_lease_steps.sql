-- drop: function pbdb._lease_steps(text, text, int, int)
--
-- The candidates are locked in a materialized CTE, so that LIMIT holds under every plan, and the
-- update repeats the state. How many rows a LIMIT that is a parameter leaves is a guess from
-- how long the queue was when it was last analyzed, and a plan for many reads whole tables of
-- history: 4,794 buffers for one step beside 100,000 executions. So the planner is told here to
-- go from row to row by index, whatever the session or the statistics say.
create or replace function pbdb._lease_steps(
    p_worker text, p_handler text, p_limit int, p_lease_seconds int
)
returns setof pbdb.claimed_step
language plpgsql
volatile
set enable_nestloop = on
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set enable_indexscan = on
set jit = off
as $fn$
declare
    v_now timestamptz := clock_timestamp();
begin
    return query
    with picked as materialized (
        select q.execution_id, q.result_id
        from pbdb.playbook_ready_steps as q
        where q.handler = p_handler and q.state = 'READY' and q.due_at <= v_now
        order by q.due_at
        limit p_limit
        for update skip locked
    ),
    leased as (
        update pbdb.playbook_ready_steps as q
        set
            state = 'LEASED', token = gen_random_uuid(),
            deadline_at = v_now + interval '1 second' * q.timeout_seconds,
            due_at = v_now + interval '1 second' * least(p_lease_seconds, q.timeout_seconds + 2)
        from picked as p
        where
            q.execution_id = p.execution_id and q.result_id = p.result_id
            and q.state = 'READY'
        returning q.result_id, q.token, q.step_index, q.deadline_at, q.due_at, q.timeout_seconds
    ),
    started as (
        update pbdb.playbook_step_results as r
        set
            status = 'RUNNING', started_at = v_now, worker = p_worker, token = l.token,
            updated_at = v_now
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
    inner join pbdb.playbook_programs as g on g.playbook_id = e.playbook_id
    cross join lateral pbdb._claimed_step(
        s.id, s.token, s.organization_id, s.execution_id, s.step_id, s.scope_id,
        s.attempt_number, s.visit, s.input_data, s.request, p_handler, s.timeout_seconds,
        s.deadline_at, s.due_at, e.execution_name, g.program, s.step_index
    ) as c
    order by s.id;
end;
$fn$;

comment on function pbdb._lease_steps(text, text, int, int) is
'Leases due steps of one handler key and gives each with everything that its handler needs.';

revoke execute on function pbdb._lease_steps(text, text, int, int) from public;
