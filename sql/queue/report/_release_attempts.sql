-- drop: function pbdb._release_attempts(uuid[], uuid[])
create or replace function pbdb._release_attempts(p_step_result_ids uuid[], p_tokens uuid[])
returns setof pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_held tid[];
begin
    -- Locked by a statement before, because a heartbeat may move a row, and where this finds it is
    -- where it must stay.
    v_held := array(
        select q.ctid
        from unnest(p_step_result_ids, p_tokens) as a (id, token)
        cross join lateral (
            select r.organization_id, r.execution_id
            from pbdb.playbook_step_results as r
            where r.id = a.id
            offset 0
        ) as r
        cross join lateral (
            select q.ctid
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = r.organization_id and q.execution_id = r.execution_id
                and q.result_id = a.id and q.token = a.token and q.state::text = 'LEASED'
            for update
        ) as q
    );
    return query
    with given_back as (
        update pbdb.playbook_ready_steps as q
        set
            state = case (
                select e.status from pbdb.playbook_executions as e where e.id = q.execution_id
            ) when 'PAUSED' then 'HELD' else 'READY' end::pbdb.ready_state,
            token = null, deadline_at = null, due_at = clock_timestamp()
        where q.ctid = any(v_held)
        returning q.result_id
    ),
    unstarted as (
        update pbdb.playbook_step_results as r
        set
            status = 'PENDING', started_at = null, worker = null, token = null,
            updated_at = clock_timestamp()
        from given_back as g
        where r.id = g.result_id and r.id = any(p_step_result_ids)
        returning r.id
    )
    select
        a.id, case when u.id is null then 'stale' else 'released' end,
        case when u.id is null then 'PB002' end,
        case when u.id is null then format('attempt %s is not held with this token', a.id) end
    from unnest(p_step_result_ids) as a (id)
    left join unstarted as u on u.id = a.id
    order by a.id;
end;
$fn$;

comment on function pbdb._release_attempts(uuid[], uuid[]) is
'Gives leased attempts back unstarted, whose executions the caller has locked; released or stale '
'for each.';

revoke execute on function pbdb._release_attempts(uuid[], uuid[]) from public;
