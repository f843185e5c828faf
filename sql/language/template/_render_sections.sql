-- drop: function pbdb._render_sections(text[], jsonb, jsonb, jsonb)
--
-- An interpreter with a stack of its own instead of recursion: a frame is the value on top of
-- the context, the list it comes from and the position in it. Longer than a screen because it is
-- one loop over one state.
create or replace function pbdb._render_sections(
    p_tokens text[], p_context jsonb, p_variables jsonb, p_options jsonb
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_ends constant int[] := pbdb._template_ends(p_tokens);
    v_frames jsonb[] := array[p_context];
    v_lists jsonb[] := '{}';
    v_places int[] := '{}';
    v_opens int[] := '{}';
    v_depth int := 0;
    v_out text[] := '{}';
    v_size bigint := 0;
    v_pieces int := 0;
    v_at int := 1;
    v_tag text;
    v_text text;
    v_value jsonb;
    v_latest timestamptz := pbdb._latest_end(p_variables);
begin
    while v_at <= cardinality(p_tokens) loop
        v_tag := p_tokens[v_at];
        v_text := '';
        if v_at % 2 = 1 then
            v_text := v_tag;
        elsif v_ends[v_at] > 0 then
            v_value := pbdb._template_section(
                substr(v_tag, 2), v_frames, p_variables, v_tag like '^%'
            );
            if v_value = '[]' then
                v_at := v_ends[v_at];
            else
                v_depth := v_depth + 1;
                v_lists[v_depth] := v_value;
                v_places[v_depth] := 0;
                v_opens[v_depth] := v_at;
                if v_tag like '#%' then
                    v_frames := v_frames || (v_value -> 0);
                end if;
            end if;
        elsif v_tag like '/%' then
            v_places[v_depth] := v_places[v_depth] + 1;
            if v_places[v_depth] < jsonb_array_length(v_lists[v_depth]) then
                v_frames[cardinality(v_frames)] := v_lists[v_depth] -> v_places[v_depth];
                v_at := v_opens[v_depth];
            else
                if p_tokens[v_opens[v_depth]] like '#%' then
                    v_frames := v_frames[:cardinality(v_frames) - 1];
                end if;
                v_depth := v_depth - 1;
            end if;
        elsif v_tag not like '!%' then
            v_text := pbdb._template_insert(
                ltrim(v_tag, E'& \t\r\n'), v_frames, p_variables, p_options
            );
        end if;
        v_out := v_out || v_text;
        v_size := v_size + octet_length(v_text);
        if v_size > 16777216 then
            perform pbdb._refuse_long_text(v_size);
        end if;
        v_pieces := v_pieces + 1;
        if v_pieces > 100000 then
            raise exception using
                errcode = 'PB016',
                message = 'the sections of the template repeat more than 100000 pieces',
                hint = 'Nest fewer lists, or shorten them in a step before.';
        end if;
        v_at := v_at + 1;
        if clock_timestamp() > v_latest then
            perform pbdb._refuse_late(v_latest);
        end if;
    end loop;
    return array_to_string(v_out, '');
end;
$fn$;

comment on function pbdb._render_sections(text[], jsonb, jsonb, jsonb) is
'The text of a template''s tokens, with sections. Raises PB016 for a missing variable, for '
'sections that do not nest, for a result of more than 16777216 bytes and for more than 100000 '
'pieces: a tag, or the text between two, each time that it comes.';

revoke execute on function pbdb._render_sections(text[], jsonb, jsonb, jsonb) from public;
