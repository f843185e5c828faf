-- drop: function pbdb._changed_attempts(uuid, uuid, bigint)
--
-- A fan-out is not told item by item: above two hundred attempts only those outside branches are
-- listed, of each step the latest visit, and the rest is counted.
create or replace function pbdb._changed_attempts(
    p_organization_id uuid, p_execution_id uuid, p_since bigint
)
returns table (steps jsonb, changed_step_ids uuid[], is_counted boolean, row_count int)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with attempts as materialized (
        select
            r.id,
            r.organization_id,
            r.step_id,
            r.scope_id,
            r.status,
            r.visit,
            r.attempt_number,
            r.started_at,
            r.completed_at,
            r.worker,
            r.is_lost,
            r.error_code,
            r.xmin::text::bigint as rev,
            coalesce(pbdb._is_not_older(r.xmin, p_since), true) as is_changed,
            r.visit = max(r.visit) over (partition by r.step_id) as is_latest_visit,
            count(*) over () as total
        from pbdb.playbook_step_results as r
        where r.organization_id = p_organization_id and r.execution_id = p_execution_id
    )

    select
        coalesce(jsonb_agg(jsonb_build_object(
            'step_result_id', a.id,
            'step_id', a.step_id,
            'step_name', s.step_name,
            'status', a.status,
            'visit', a.visit,
            'attempt_number', a.attempt_number,
            'branch', c.branch,
            'item_index', c.item_index,
            'started_at', a.started_at,
            'completed_at', a.completed_at,
            'worker', a.worker,
            'is_lost', a.is_lost,
            'error_code', a.error_code,
            'rev', a.rev
        ) order by a.id) filter (
            where a.is_changed and (a.total <= 200 or (a.scope_id is null and a.is_latest_visit))
        ), '[]'),
        array_agg(distinct a.step_id) filter (where a.is_changed),
        coalesce(bool_or(a.total > 200 or a.scope_id is not null), false),
        count(*)::int
    from attempts as a
    left join pbdb.playbook_steps as s
        on a.is_changed and a.organization_id = s.organization_id and a.step_id = s.id
    left join pbdb.playbook_scopes as c
        on a.is_changed and a.organization_id = c.organization_id and a.scope_id = c.id;
end;

comment on function pbdb._changed_attempts(uuid, uuid, bigint) is
'The attempts of an execution that transaction p_since or a later one wrote (null: all), as '
'get_execution_changes tells them; which steps they are of, whether counts have to go along, and '
'how many attempts there are.';

revoke execute on function pbdb._changed_attempts(uuid, uuid, bigint) from public;
