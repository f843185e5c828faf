-- drop: function pbdb._walk_executions(pbdb.execution_filter, pbdb.playbook_execution_status, uuid[], text, integer)
--
-- A custom plan knows the arguments, so that each filter that is null is gone from it, and what is
-- left decides which index is walked. A status other than COMPLETED is a range and not an equality:
-- under forced row level security the planner may not ask an enum's statistics how rare it is and
-- would rather read all history backwards; of a range it assumes few rows. Owners only: for them
-- the policy is always true, so that comparisons which are not leakproof may run before it.
-- Longer than a screen because it is one query with every filter.
create or replace function pbdb._walk_executions(
    p_filter pbdb.execution_filter,
    p_status pbdb.playbook_execution_status,
    p_playbook_ids uuid[],
    p_searched text,
    p_limit int
)
returns setof uuid
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $fn$
declare
    v_is_rare boolean := coalesce(p_status <> 'COMPLETED', false);
    v_lowest_id uuid;
    v_highest_id uuid;
    v_pattern text := regexp_replace(p_filter.search, '([\\%_])', '\\\1', 'g') || '%';
begin
    if p_searched = 'id' then
        v_lowest_id := pbdb._filled_id(p_filter.search, '0');
        v_highest_id := pbdb._filled_id(p_filter.search, 'f');
    end if;
    return query
    select e.id
    from pbdb.playbook_executions as e
    where
        e.organization_id = p_filter.organization_id
        and (p_status is null or case
            when v_is_rare
                then e.status between p_status and p_status and e.status <> 'COMPLETED'
            else e.status = p_status
        end)
        and (p_playbook_ids is null or case
            when cardinality(p_playbook_ids) = 1 then e.playbook_id = p_playbook_ids[1]
            else e.playbook_id = any(p_playbook_ids)
        end)
        and (p_filter.from_id is null or e.id >= p_filter.from_id)
        and (p_filter.to_id is null or e.id < p_filter.to_id)
        and (p_filter.sources is null or e.trigger_source = any(p_filter.sources))
        and (p_filter.metadata is null or e.metadata @> p_filter.metadata)
        and (p_filter.error_code is null or e.error_code = p_filter.error_code)
        and (p_searched is null or case p_searched
            when 'id' then e.id between v_lowest_id and v_highest_id
            when 'name' then e.execution_name like v_pattern
            else e.idempotency_key like v_pattern
        end)
        and (p_filter.with_children or e.parent_result_id is null)
    order by
        case when v_is_rare then e.status end desc,
        e.id desc
    limit p_limit;
end;
$fn$;

comment on function pbdb._walk_executions(
    pbdb.execution_filter, pbdb.playbook_execution_status, uuid[], text, int
) is
'Ids of the newest executions that pass a filter, newest first: of one status, of these playbooks '
'and with the searched text in id, name or key; null for any of each. What the filter says of '
'statuses and playbooks is not looked at.';

revoke execute on function pbdb._walk_executions(
    pbdb.execution_filter, pbdb.playbook_execution_status, uuid[], text, int
) from public;
