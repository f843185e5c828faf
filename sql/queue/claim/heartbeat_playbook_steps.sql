-- drop: function pbdb.heartbeat_playbook_steps(text, uuid[], uuid[], int, uuid[])
--
-- Definer: runners have no right on any table. SKIP LOCKED, because a heartbeat that waited for one
-- row while it held another could wait in a circle with a completion: a row that somebody is
-- deciding about right now is answered busy, and the next heartbeat learns the outcome. Longer than
-- a screen because it is one statement.
create or replace function pbdb.heartbeat_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
    p_lease_seconds int default 60,
    p_organization_ids uuid[] default null
)
returns table (step_result_id uuid, outcome text, lease_expires_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_tokens uuid[];
    v_now timestamptz;
begin
    perform pbdb._check_claim(p_worker, 0, p_lease_seconds);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    v_now := clock_timestamp();
    return query
    with asked as (
        select
            a.id, a.token, r.organization_id, r.execution_id, r.token as last_token, r.status,
            r.error_code
        from unnest(p_step_result_ids, v_tokens) as a (id, token)
        left join lateral (
            select r.organization_id, r.execution_id, r.token, r.status, r.error_code
            from pbdb.playbook_step_results as r
            where r.id = a.id
            offset 0
        ) as r on true
    ),
    held as materialized (
        select q.ctid
        from asked as a
        cross join lateral (
            select q.ctid
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = a.organization_id and q.execution_id = a.execution_id
                and q.result_id = a.id and q.token = a.token
                and q.state::text = 'LEASED' and q.deadline_at > v_now
            for update skip locked
        ) as q
    ),
    extended as (
        update pbdb.playbook_ready_steps as q
        set due_at = least(
            v_now + interval '1 second' * p_lease_seconds, q.deadline_at + interval '2 seconds'
        )
        where q.ctid = any(array(select h.ctid from held as h)) and q.state::text = 'LEASED'
        returning q.result_id, q.due_at
    )
    select
        a.id,
        case
            when x.result_id is not null then 'extended'
            when q.token = a.token and q.deadline_at <= v_now then 'timed_out'
            when q.token = a.token then 'busy'
            when a.last_token = a.token and a.error_code = 'CANCELLED' then 'cancelled'
            when a.last_token = a.token and a.status = 'TIMEOUT' then 'timed_out'
            else 'stale'
        end,
        x.due_at
    from asked as a
    left join extended as x on x.result_id = a.id
    left join lateral (
        select q.token, q.deadline_at
        from pbdb.playbook_ready_steps as q
        where
            q.organization_id = a.organization_id and q.execution_id = a.execution_id
            and q.result_id = a.id
        offset 0
    ) as q on true
    order by a.id;
end;
$fn$;

comment on function pbdb.heartbeat_playbook_steps(text, uuid[], uuid[], int, uuid[]) is
'Extends leases, never beyond a step''s own timeout. Outcome extended, busy (somebody is deciding '
'about it now), or stale, cancelled, timed_out: then the runner must abort the step. '
'p_organization_ids as in complete_playbook_steps. Raises PB017.';

revoke execute on function pbdb.heartbeat_playbook_steps(
    text, uuid[], uuid[], int, uuid[]
) from public;
grant execute on function pbdb.heartbeat_playbook_steps(
    text, uuid[], uuid[], int, uuid[]
) to pbdb_worker;
