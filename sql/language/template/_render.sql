-- drop: function pbdb._render(text, jsonb, jsonb, jsonb)
--
-- Most templates only insert values; they are one pass over the pieces between opening braces,
-- without the tokens that sections need. What the context or a path has is inserted here;
-- defaults, variables and errors are left to pbdb._template_insert.
create or replace function pbdb._render(
    p_template text, p_context jsonb, p_variables jsonb, p_options jsonb default '{}'
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_pieces text[];
    v_is_escaped constant boolean := p_options ? 'escape';
    v_value jsonb;
    v_tag text;
    v_end int;
    v_size bigint := 0;
    v_latest timestamptz;
begin
    if p_options ->> 'syntax' = 'single_brace' then
        return pbdb._render_single_brace(p_template, p_context, p_variables, p_options);
    elsif strpos(p_template, '{{') = 0 then
        return p_template;
    elsif p_template ~ '\{\{\s*[#^/&!>=<{]' then
        return pbdb._render_sections(
            pbdb._template_tokens(p_template), p_context, p_variables, p_options
        );
    end if;
    v_pieces := string_to_array(p_template, '{{');
    if pg_column_size(p_variables) > 10000 then
        v_latest := pbdb._latest_end(p_variables);
    end if;
    for i in 2 .. cardinality(v_pieces) loop
        v_end := strpos(v_pieces[i], '}}');
        v_tag := case
            when v_end = 0 then '{' || left(v_pieces[i], 40)
            else btrim(left(v_pieces[i], v_end - 1), E' \t\r\n')
        end;
        v_value := case
            when v_tag = '' or v_is_escaped or strpos(v_tag, '??') > 0 then null
            when v_tag like '$%' then pbdb._first_match(v_tag, p_variables)
            else p_context #> string_to_array(v_tag, '.')
        end;
        v_pieces[i] := case
            when v_value is null
                then pbdb._template_insert(v_tag, array[p_context], p_variables, p_options)
            else coalesce(v_value #>> '{}', '')
        end || substr(v_pieces[i], v_end + 2);
        v_size := v_size + octet_length(v_pieces[i]);
        if v_size > 16777216 then
            perform pbdb._refuse_long_text(v_size);
        end if;
        if clock_timestamp() > v_latest then
            perform pbdb._refuse_late(v_latest);
        end if;
    end loop;
    return array_to_string(v_pieces, '');
end;
$fn$;

comment on function pbdb._render(text, jsonb, jsonb, jsonb) is
'A template with its tags replaced, in one pass: Mustache without HTML escaping, names looked up '
'in the context, then in the variables; a tag that starts with $ is a path over the variables. '
'Options: missing "empty", syntax "single_brace", escape "url". Raises PB016 for a missing '
'variable and for a result of more than 16777216 bytes.';

revoke execute on function pbdb._render(text, jsonb, jsonb, jsonb) from public;
