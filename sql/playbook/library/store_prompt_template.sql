-- drop: function pbdb.store_prompt_template(text, jsonb, jsonb, text)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
create or replace function pbdb.store_prompt_template(
    p_name text, p_template jsonb, p_options jsonb default '{}', p_description text default null
)
returns int
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_version int;
begin
    if coalesce(jsonb_typeof(p_template), 'null') not in ('string', 'array')
        or p_template = '[]'
        or (jsonb_typeof(p_template) = 'array' and exists (
            select
            from jsonb_array_elements(p_template) as message (value)
            where coalesce(jsonb_typeof(message.value -> 'content'), 'null') <> 'string'
        ))
        or btrim(coalesce(p_name, '')) = '' or length(p_name) > 255
        or jsonb_typeof(coalesce(p_options, '{}')) <> 'object' then
        raise exception using
            errcode = 'PB017',
            message = format(
                'prompt template %s: %s with options %s', to_jsonb(pbdb._shown(p_name)),
                left(p_template::text, 80), left(p_options::text, 80)
            ),
            hint = 'Give a name, a JSON text or a list of {"role", "content"}, and options as an '
                'object.';
    end if;

    perform pbdb._check_template(p_template, p_options);
    -- A loop, because another session may be storing the same name: the key makes this one wait for
    -- it and then look again. No lock that a query could hold is needed.
    loop
        insert into pbdb.prompt_templates (
            organization_id, name, version, template, options, description
        )
        select
            v_organization_id, p_name, coalesce(max(template.version), 0) + 1, p_template,
            coalesce(p_options, '{}'), p_description
        from pbdb.prompt_templates as template
        where template.organization_id = v_organization_id and template.name = p_name
        having not exists (
            select
            from pbdb._find_template(v_organization_id, p_name, null) as newest
            where newest.template = p_template and newest.options = coalesce(p_options, '{}')
        )
        on conflict (organization_id, name, version) do nothing
        returning version into v_version;

        exit when found;
        select newest.version into v_version
        from pbdb._find_template(v_organization_id, p_name, null) as newest
        where newest.template = p_template and newest.options = coalesce(p_options, '{}');
        exit when found;
    end loop;
    return v_version;
end;
$fn$;

comment on function pbdb.store_prompt_template(text, jsonb, jsonb, text) is
'Stores a prompt template (a JSON text, or a list of {role, content}) as a new version and '
'returns the version; when the newest version is the same, nothing changes and its version is '
'returned. Options: {"syntax": "single_brace"}, {"missing": "empty"}. Raises PB001, PB016 for '
'tags that could never be rendered, PB017 for anything else that is not a template.';

revoke execute on function pbdb.store_prompt_template(text, jsonb, jsonb, text) from public;
grant execute on function pbdb.store_prompt_template(text, jsonb, jsonb, text) to pbdb_app;
