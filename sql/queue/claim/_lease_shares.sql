-- drop: function pbdb._lease_shares(text, text[], uuid[], int[], int, int)
--
-- As _lease_steps, which says why it is written so, over several places in the queue. LIMIT stops
-- the loop over them, so no more is locked than is taken. Longer than a screen because it is one
-- statement.
create or replace function pbdb._lease_shares(
    p_worker text,
    p_handlers text[],
    p_organizations uuid[],
    p_shares int[],
    p_limit int,
    p_lease_seconds int
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
        from unnest(p_handlers, p_organizations, p_shares)
            as t (handler, organization_id, share)
        cross join lateral (
            select q.ctid
            from pbdb.playbook_ready_steps as q
            where
                q.handler = t.handler and q.organization_id = t.organization_id
                and q.state = 'READY' and q.due_at <= v_now
            order by q.due_at
            limit t.share
            for update skip locked
        ) as q
        limit p_limit
    ),
    leased as (
        update pbdb.playbook_ready_steps as q
        set
            state = 'LEASED', token = gen_random_uuid(),
            deadline_at = v_now + interval '1 second' * q.timeout_seconds,
            due_at = v_now + interval '1 second' * least(p_lease_seconds, q.timeout_seconds + 2)
        where q.ctid = any(array(select p.ctid from picked as p)) and q.state::text = 'READY'
        returning
            q.result_id, q.token, q.handler, q.step_index, q.deadline_at, q.due_at,
            q.timeout_seconds
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
            r.attempt_number, r.visit, r.input_data, r.request, l.handler, l.step_index,
            l.deadline_at, l.due_at, l.timeout_seconds
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
        s.attempt_number, s.visit, s.input_data, e.input_data, s.request, s.handler,
        s.timeout_seconds, s.deadline_at, s.due_at, e.execution_name, g.program, s.step_index
    ) as c
    order by s.id;
end;
$fn$;

comment on function pbdb._lease_shares(text, text[], uuid[], int[], int, int) is
'Leases due steps of several handler keys and tenants (arrays of one length, with how many of each '
'at most), p_limit in all, and gives each with everything that its handler needs.';

revoke execute on function pbdb._lease_shares(text, text[], uuid[], int[], int, int) from public;
