-- drop: function pbdb._render_single_brace(text, jsonb, jsonb, jsonb)
--
-- Double braces belong to another renderer of the original system and pass through untouched.
create or replace function pbdb._render_single_brace(
    p_template text, p_context jsonb, p_variables jsonb, p_options jsonb
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_pieces text[] := string_to_array(p_template, '{');
    v_is_double boolean := false;
    v_end int;
    v_value jsonb;
    v_text text;
    v_size bigint := 0;
begin
    for i in 2 .. cardinality(v_pieces) loop
        v_end := strpos(v_pieces[i], '}');
        v_value := null;
        if v_end > 1 and not v_is_double then
            v_value := pbdb._template_value(
                left(v_pieces[i], v_end - 1), array[p_context], p_variables
            );
        end if;
        v_is_double := v_pieces[i] = '';
        if v_value is null then
            v_pieces[i] := '{' || v_pieces[i];
        else
            v_text := coalesce(v_value #>> '{}', 'null');
            v_pieces[i] := case
                when p_options ->> 'escape' = 'url' then pbdb._url_encode(v_text) else v_text
            end || substr(v_pieces[i], v_end + 1);
        end if;
        v_size := v_size + octet_length(v_pieces[i]);
        if v_size > 16777216 then
            perform pbdb._refuse_long_text(v_size);
        end if;
    end loop;
    return array_to_string(v_pieces, '');
end;
$fn$;

comment on function pbdb._render_single_brace(text, jsonb, jsonb, jsonb) is
'A template of the original system: {name} and {a.b} replaced in one pass, null as null, lists and '
'objects as JSON; unknown names and double braces stay as written. Raises PB016 for '
'a result of more than 16777216 bytes.';

revoke execute on function pbdb._render_single_brace(text, jsonb, jsonb, jsonb) from public;
