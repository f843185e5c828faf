-- drop: function pbdb._matching_executions(pbdb.execution_filter, integer)
--
-- Metadata is looked for among the tenant's newest 2000 executions first. What many of them have
-- fills the page there; what few have is found in few rows of the index. Neither reads all history.
create or replace function pbdb._matching_executions(p_filter pbdb.execution_filter, p_limit int)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_filter pbdb.execution_filter := p_filter;
    v_floor uuid;
    v_ids uuid[];
begin
    if p_filter.metadata is null then
        return pbdb._newest_executions(p_filter, false, p_limit);
    end if;

    select e.id into v_floor
    from pbdb.playbook_executions as e
    where
        e.organization_id = p_filter.organization_id
        and e.id < coalesce(p_filter.to_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by e.id desc
    offset 1999 limit 1;

    v_filter.from_id := greatest(p_filter.from_id, v_floor);
    v_ids := pbdb._newest_executions(v_filter, false, p_limit);
    if cardinality(v_ids) = p_limit or v_floor is null or v_filter.from_id > v_floor then
        return v_ids;
    end if;
    v_filter.from_id := p_filter.from_id;
    v_filter.to_id := v_floor;
    return v_ids || pbdb._newest_executions(v_filter, true, p_limit - cardinality(v_ids));
end;
$fn$;

comment on function pbdb._matching_executions(pbdb.execution_filter, int) is
'Ids of the newest executions that pass a filter, newest first, at most p_limit.';

revoke execute on function pbdb._matching_executions(pbdb.execution_filter, int) from public;
