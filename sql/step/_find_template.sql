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
    select
        template.id, template.organization_id, template.name, template.version,
        template.template, template.options, template.description, template.created_at
    from pbdb.prompt_templates as template
    where
        template.organization_id = p_organization_id
        and template.name = p_name
        and template.version = coalesce(p_version, template.version)
    order by template.version desc
    limit 1;
end;

comment on function pbdb._find_template(uuid, text, int) is
'A version of a prompt template, the newest when p_version is null; null when there is none.';

revoke execute on function pbdb._find_template(uuid, text, int) from public;
