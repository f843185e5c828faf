-- drop: function pbdb._executions_by_metadata(pbdb.execution_filter, boolean, integer)
--
-- Either among the newest 2000, or by the index of metadata. Nothing but the index that is meant
-- can be asked, because every other condition stands behind a test that no index understands, and
-- none gives the order: the planner knows little of what is rare in metadata, or of whose rows are
-- the newest, and after some samples of `analyze` would walk all history for a few rows. A custom
-- plan knows the arguments, so that the other way, and each filter that is null, is gone from it.
-- Longer than a screen because it is one query with every filter.
create or replace function pbdb._executions_by_metadata(
    p_filter pbdb.execution_filter, p_among_newest boolean, p_limit int
)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $fn$
declare
    v_tenant jsonb := jsonb_build_object('organization id', p_filter.organization_id);
    v_lowest_id uuid := pbdb._filled_id(p_filter.search, '0');
    v_highest_id uuid := pbdb._filled_id(p_filter.search, 'f');
    v_pattern text := regexp_replace(p_filter.search, '([\\%_])', '\\\1', 'g') || '%';
begin
    return array(
        select e.id
        from (
            (
                select
                    n.id, n.metadata, n.organization_id, n.status, n.playbook_id,
                    n.trigger_source, n.error_code, n.execution_name, n.idempotency_key,
                    n.parent_result_id
                from pbdb.playbook_executions as n
                where
                    p_among_newest and n.organization_id >= p_filter.organization_id
                    and (n.organization_id, n.id) < (
                        p_filter.organization_id,
                        coalesce(p_filter.to_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                    )
                order by n.organization_id desc, n.id desc
                limit 2000
            )
            union all
            select
                m.id, m.metadata, m.organization_id, m.status, m.playbook_id,
                m.trigger_source, m.error_code, m.execution_name, m.idempotency_key,
                m.parent_result_id
            from pbdb.playbook_executions as m
            where
                not p_among_newest and m.metadata <> '{}'
                and m.metadata
                || ('{"organization id": "' || m.organization_id::text || '"}')::jsonb
                @> (p_filter.metadata || v_tenant)
        ) as e
        where
            (
                e.organization_id = p_filter.organization_id
                and e.metadata @> p_filter.metadata
                and (p_filter.statuses is null or e.status = any(p_filter.statuses))
                and (p_filter.playbook_ids is null or e.playbook_id = any(p_filter.playbook_ids))
                and (p_filter.from_id is null or e.id >= p_filter.from_id)
                and (p_filter.to_id is null or e.id < p_filter.to_id)
                and (p_filter.sources is null or e.trigger_source = any(p_filter.sources))
                and (p_filter.error_code is null or e.error_code = p_filter.error_code)
                and (
                    p_filter.search is null or e.execution_name like v_pattern
                    or e.idempotency_key like v_pattern
                    or e.id between v_lowest_id and v_highest_id
                )
                and (p_filter.with_children or e.parent_result_id is null)
            ) is true
        order by e.id::text collate "C" desc
        limit p_limit
    );
end;
$fn$;

comment on function pbdb._executions_by_metadata(
    pbdb.execution_filter, boolean, int
) is
'Ids of the newest executions that pass a filter with metadata, newest first: of the newest 2000, '
'or of all, found by the index of metadata.';

revoke execute on function pbdb._executions_by_metadata(
    pbdb.execution_filter, boolean, int
) from public;
