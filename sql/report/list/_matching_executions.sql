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
    v_ids uuid[];
begin
    if p_filter.metadata is null then
        return pbdb._newest_executions(p_filter, p_limit);
    end if;
    v_ids := pbdb._executions_by_metadata(p_filter, true, p_limit);
    if cardinality(v_ids) < p_limit then
        v_ids := pbdb._executions_by_metadata(p_filter, false, p_limit);
    end if;
    return v_ids;
end;
$fn$;

comment on function pbdb._matching_executions(pbdb.execution_filter, int) is
'Ids of the newest executions that pass a filter, newest first, at most p_limit.';

revoke execute on function pbdb._matching_executions(pbdb.execution_filter, int) from public;
