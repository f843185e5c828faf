-- drop: function pbdb._template_tokens(text)
--
-- A tag alone on its line takes the line with it. That is judged on the text as written, because
-- the newline that makes it so may already have been taken by the tag before. Places are assigned,
-- because before PostgreSQL 18 adding two at once copies the array.
create or replace function pbdb._template_tokens(p_template text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_chunks constant text[] := string_to_array(p_template, '{{');
    v_last constant int := cardinality(v_chunks);
    v_tokens text[] := v_chunks[1:1];
    v_before text := v_chunks[1];
    v_chunk text := '';
    v_tag text;
    v_end int;
    v_count int := 1;
begin
    for i in 2 .. v_last loop
        v_chunk := v_chunk || v_chunks[i];
        v_end := strpos(v_chunk, case when v_chunk like '{%' then '}}}' else '}}' end);
        if v_end = 0 and v_chunk like '!%' and i < v_last then
            v_chunk := v_chunk || '{{';
            continue;
        elsif v_end = 0 then
            v_tokens[v_count + 1] := '{' || left(v_chunk, 40);
            v_tokens[v_count + 2] := '';
            v_count := v_count + 2;
            v_before := '';
            v_chunk := '';
            continue;
        elsif v_chunk like '{%' then
            v_tag := '&' || btrim(substr(v_chunk, 2, v_end - 2), E' \t\r\n');
            v_chunk := substr(v_chunk, v_end + 3);
        else
            v_tag := btrim(left(v_chunk, v_end - 1), E' \t\r\n');
            v_chunk := substr(v_chunk, v_end + 2);
        end if;
        if v_tag ~ '^[#^/&!>=<]' then
            v_tag := left(v_tag, 1) || btrim(substr(v_tag, 2), E' \t\r\n');
        end if;
        if v_tag ~ '^[#^/!>=]'
            and v_before ~ (case when i = 2 then '(^|\n)[ \t]*$' else '\n[ \t]*$' end)
            and v_chunk ~ (case when i = v_last then '^[ \t]*(\r?\n|$)' else '^[ \t]*\r?\n' end)
        then
            v_tokens[v_count] := rtrim(v_tokens[v_count], E' \t');
            v_tokens[v_count + 2] := regexp_replace(v_chunk, '^[ \t]*\r?\n?', '');
        else
            v_tokens[v_count + 2] := v_chunk;
        end if;
        v_tokens[v_count + 1] := v_tag;
        v_count := v_count + 2;
        v_before := v_chunk;
        v_chunk := '';
    end loop;
    return v_tokens;
end;
$fn$;

comment on function pbdb._template_tokens(text) is
'A template as text, tag, text, tag, …, text. A tag keeps its sign (#, ^, /, &, !, >, =, <) and '
'loses its spaces; a tag that is never closed has the sign {. The lines of standalone tags are '
'gone.';

revoke execute on function pbdb._template_tokens(text) from public;
