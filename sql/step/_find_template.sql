-- drop: function pbdb._find_template(uuid, text, int)
create or replace function pbdb._find_template(
    p_organization_id uuid, p_name text, p_version int
)
returns pbdb.prompt_templates
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    -- As a row, which has the columns that the table has when it is read.
    select newest
    from pbdb.prompt_templates as newest
    where
        newest.organization_id = p_organization_id
        and newest.name = p_name
        and newest.version = coalesce(p_version, newest.version)
    order by newest.version desc
    limit 1;
end;

comment on function pbdb._find_template(uuid, text, int) is
'A version of a prompt template, the newest when p_version is null; null when there is none.';

revoke execute on function pbdb._find_template(uuid, text, int) from public;
