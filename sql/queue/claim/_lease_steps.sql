-- drop: function pbdb._lease_steps(text, text, int, int)
--
-- The candidates are locked in a materialized CTE, so that LIMIT holds under every plan, and the
-- update repeats the state. How many rows a LIMIT that is a parameter leaves is a guess from how
-- long the queue was when it was last analyzed, and a plan for few or for many reads whole tables:
-- 4,794 buffers for one step beside 100,000 executions. So each table is reached through an array
-- of keys, or in a subquery that OFFSET 0 keeps apart, which leaves the planner nothing to choose;
-- the state is compared as text where a partial index over it must not be a choice.
create or replace function pbdb._lease_steps(
    p_worker text, p_handler text, p_limit int, p_lease_seconds int
)
returns setof pbdb.claimed_step
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_bitmapscan = off
set enable_tidscan = on
set enable_sort = off
set plan_cache_mode = force_generic_plan
set jit = off
as $fn$
declare
    v_now timestamptz := clock_timestamp();
begin
    return query
    with picked as materialized (
        select q.ctid
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
        where q.ctid = any(array(select p.ctid from picked as p)) and q.state::text = 'READY'
        returning q.result_id, q.token, q.step_index, q.deadline_at, q.due_at, q.timeout_seconds
    ),
    started as (
        update pbdb.playbook_step_results as r
        set
            status = 'RUNNING', started_at = v_now, worker = p_worker, token = l.token,
            updated_at = v_now
        from leased as l
        where r.id = l.result_id and r.id = any(array(select l.result_id from leased as l))
        returning
            r.id, r.token, r.organization_id, r.execution_id, r.step_id, r.scope_id,
            r.attempt_number, r.visit, r.input_data, r.request, l.step_index, l.deadline_at,
            l.due_at, l.timeout_seconds
    )
    select c.*
    from started as s
    cross join lateral (
        select e.playbook_id, e.execution_name, e.input_data
        from pbdb.playbook_executions as e
        where e.id = s.execution_id
        offset 0
    ) as e
    cross join lateral (
        select g.program
        from pbdb.playbook_programs as g
        where g.organization_id = s.organization_id and g.playbook_id = e.playbook_id
        offset 0
    ) as g
    cross join lateral pbdb._claimed_step(
        s.id, s.token, s.organization_id, s.execution_id, s.step_id, s.scope_id,
        s.attempt_number, s.visit, s.input_data, e.input_data, s.request, p_handler,
        s.timeout_seconds, s.deadline_at, s.due_at, e.execution_name, g.program, s.step_index
    ) as c
    order by s.id;
end;
$fn$;

comment on function pbdb._lease_steps(text, text, int, int) is
'Leases due steps of one handler key and gives each with everything that its handler needs.';

revoke execute on function pbdb._lease_steps(text, text, int, int) from public;
