-- drop: function pbdb._template_name_issues(uuid, jsonb)
create or replace function pbdb._template_name_issues(p_organization_id uuid, p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
stable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        '/template_name', 'TEMPLATE_UNKNOWN',
        format(
            'there is no prompt template %s%s', p_config -> 'template_name',
            ' version ' || (p_config ->> 'template_version')
        ),
        pbdb._suggestion(p_config ->> 'template_name', coalesce((
            select array_agg(distinct template.name::text)
            from pbdb.prompt_templates as template
            where template.organization_id = p_organization_id
        ), '{}'))
    where
        jsonb_typeof(p_config -> 'template_name') = 'string'
        and (pbdb._find_template(
            p_organization_id, p_config ->> 'template_name',
            case
                when jsonb_typeof(p_config -> 'template_version') = 'number'
                    then (p_config ->> 'template_version')::numeric::int
            end
        )).id is null;
end;

comment on function pbdb._template_name_issues(uuid, jsonb) is
'Whether the prompt template that a config names is there: JSON pointer, TEMPLATE_UNKNOWN, '
'message, hint.';

revoke execute on function pbdb._template_name_issues(uuid, jsonb) from public;
