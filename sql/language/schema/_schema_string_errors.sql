-- drop: function pbdb._schema_string_errors(jsonb, jsonb, text)
create or replace function pbdb._schema_string_errors(p_schema jsonb, p_value jsonb, p_path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text constant text := p_value #>> '{}';
    v_length constant jsonb := pg_catalog.to_jsonb(pg_catalog.length(v_text));
    v_regex text;
    v_keyword text;
begin
    if p_schema ? 'pattern' then
        v_regex := case pg_catalog.jsonb_typeof(p_schema -> 'pattern')
            when 'string' then pbdb._schema_regex(p_schema ->> 'pattern')
        end;
        if v_regex is null then
            return pbdb._schema_unchecked(
                p_path, 'pattern', (p_schema -> 'pattern')::text || ' is not a usable pattern'
            );
        end if;
    end if;

    v_keyword := case
        when v_length < (p_schema -> 'minLength') then 'minLength'
        when v_length > (p_schema -> 'maxLength') then 'maxLength'
        when octet_length(v_text) > 5000 and pbdb._regex_cost(v_regex, octet_length(v_text)) > 5e7
            then 'unchecked'
        when v_text !~ v_regex collate pg_catalog."C" then 'pattern'
    end;
    if v_keyword is null then
        return '[]';
    elsif v_keyword = 'unchecked' then
        return pbdb._schema_unchecked(
            p_path, 'pattern', format(
                'a text of %s bytes is too long for %s', octet_length(v_text),
                left((p_schema -> 'pattern')::text, 200)
            )
        );
    end if;
    return pbdb._schema_error(
        p_path, v_keyword, p_value, p_schema -> v_keyword
    );
end;
$fn$;

comment on function pbdb._schema_string_errors(jsonb, jsonb, text) is
'Errors of the keywords for strings. Lengths count Unicode code points.';

revoke execute on function pbdb._schema_string_errors(jsonb, jsonb, text) from public;
