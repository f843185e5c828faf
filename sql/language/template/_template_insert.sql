-- drop: function pbdb._template_insert(text, jsonb[], jsonb, jsonb)
create or replace function pbdb._template_insert(
    p_tag text, p_frames jsonb[], p_variables jsonb, p_options jsonb
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_default_at constant int := strpos(p_tag, '??');
    v_name text := p_tag;
    v_value jsonb;
    v_text text;
begin
    if left(p_tag, 1) in ('', '>', '=', '<', '{', '/') then
        raise exception using
            errcode = 'PB016',
            message = format('the template has a tag %L that is not supported', p_tag),
            hint = 'Use {{name}}, {{#list}}...{{/list}}, {{^list}}...{{/list}}, {{! comment }}, '
                'and close every tag.';
    end if;
    if v_default_at > 0 then
        v_name := rtrim(left(p_tag, v_default_at - 1), E' \t\r\n');
    end if;
    v_value := pbdb._template_value(v_name, p_frames, p_variables);
    if v_default_at > 0 and (v_value is null or v_value = 'null') then
        v_value := substr(p_tag, v_default_at + 2)::jsonb;
    end if;
    if v_value is null and p_options ->> 'missing' is distinct from 'empty' then
        raise exception using
            errcode = 'PB016',
            message = format('the template names %L, which has no value', v_name),
            hint = format('Give it a value, or a default: {{ %s ?? "text" }}.', v_name);
    end if;
    v_text := coalesce(v_value #>> '{}', '');
    if p_options ->> 'escape' = 'url' then
        return pbdb._url_encode(v_text);
    end if;
    return v_text;
end;
$fn$;

comment on function pbdb._template_insert(text, jsonb[], jsonb, jsonb) is
'The text that a tag without sign inserts: text as it is, null as nothing, lists and objects as '
'JSON. Raises PB016 for a name without value and default, and for tags that are not supported.';

revoke execute on function pbdb._template_insert(text, jsonb[], jsonb, jsonb) from public;
