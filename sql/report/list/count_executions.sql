-- drop: function pbdb.count_executions(uuid, pbdb.playbook_execution_status, integer, text, pbdb.playbook_execution_status[], text[], timestamptz, timestamptz, jsonb, text, text, boolean)
--
-- Definer, as list_executions, for the same reason.
create or replace function pbdb.count_executions(
    p_playbook_id uuid default null,
    p_status pbdb.playbook_execution_status default null,
    p_limit int default 10000,
    p_playbook_name text default null,
    p_statuses pbdb.playbook_execution_status[] default null,
    p_sources text[] default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_metadata jsonb default null,
    p_search text default null,
    p_error_code text default null,
    p_with_children boolean default false
)
returns int
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_limit is null or p_limit not between 1 and 10000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot count to %s', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 10000, or leave it out.';
    end if;
    return cardinality(pbdb._matching_executions(
        pbdb._execution_filter(
            p_playbook_id, p_playbook_name, p_status, p_statuses, p_sources, p_from, p_to,
            p_metadata, p_search, p_error_code, p_with_children
        ),
        p_limit
    ));
end;
$fn$;

comment on function pbdb.count_executions(
    uuid, pbdb.playbook_execution_status, int, text, pbdb.playbook_execution_status[], text[],
    timestamptz, timestamptz, jsonb, text, text, boolean
) is
'How many executions list_executions would show with the same filters. Counts to p_limit (1 to '
'10000) and no further: that number means so many or more. Raises PB017 as list_executions.';

revoke execute on function pbdb.count_executions(
    uuid, pbdb.playbook_execution_status, int, text, pbdb.playbook_execution_status[], text[],
    timestamptz, timestamptz, jsonb, text, text, boolean
) from public;
grant execute on function pbdb.count_executions(
    uuid, pbdb.playbook_execution_status, int, text, pbdb.playbook_execution_status[], text[],
    timestamptz, timestamptz, jsonb, text, text, boolean
) to pbdb_app;
