-- drop: function pbdb._expressions(jsonb, text, text)
create or replace function pbdb._expressions(
    p_value jsonb, p_kind text, p_location text default ''
)
returns table (location text, kind text, expression text)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text constant text := p_value #>> '{}';
    v_key text;
    v_part jsonb;
begin
    if p_kind in ('condition', 'mapping', 'config') and jsonb_typeof(p_value) = 'object' then
        for v_key, v_part in select * from jsonb_each(p_value) loop
            if p_kind = 'condition' then
                return query select * from pbdb._condition_expressions(
                    v_key, v_part, p_location || '/' || v_key
                );
            else
                return query select * from pbdb._expressions(
                    v_part, p_kind,
                    concat(p_location, '/', replace(replace(v_key, '~', '~0'), '/', '~1'))
                );
            end if;
        end loop;
    elsif p_kind in ('condition', 'mapping', 'config') and jsonb_typeof(p_value) = 'array' then
        return query
        select part.*
        from jsonb_array_elements(p_value) with ordinality as element (value, position)
        cross join lateral pbdb._expressions(
            element.value, p_kind, concat(p_location, '/', element.position - 1)
        ) as part;
    elsif jsonb_typeof(p_value) <> 'string' then
        return;
    elsif p_kind = 'condition' then
        return query select p_location, 'predicate', v_text;
    elsif p_kind = 'path'
        or p_kind in ('mapping', 'config') and v_text like '$%' and v_text not like '$$%'
    then
        return query select p_location, 'path', v_text;
    elsif p_kind = 'template' or p_kind = 'config' and v_text like '%{{%' then
        return query
        select p_location, tag.kind, tag.expression
        from pbdb._template_expressions(v_text) as tag;
    end if;
end;
$fn$;

comment on function pbdb._expressions(jsonb, text, text) is
'Every expression inside a value with the JSON pointer to it: kind path or predicate (SQL/JSON '
'path), or name (a variable that a template or a condition names without a path). p_kind is '
'mapping, condition, template, config or path.';

revoke execute on function pbdb._expressions(jsonb, text, text) from public;
