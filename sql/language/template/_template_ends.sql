-- drop: function pbdb._template_ends(text[])
create or replace function pbdb._template_ends(p_tokens text[])
returns int[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_ends int[] := array_fill(0, array[cardinality(p_tokens)]);
    v_open int[] := '{}';
    v_depth int := 0;
    v_tag text;
begin
    for i in 1 .. cardinality(p_tokens) / 2 loop
        v_tag := p_tokens[2 * i];
        if v_tag ~ '^[#^]' then
            v_depth := v_depth + 1;
            v_open[v_depth] := 2 * i;
        elsif v_tag like '/%' then
            if v_depth = 0 or substr(p_tokens[v_open[v_depth]], 2) <> substr(v_tag, 2) then
                raise exception using
                    errcode = 'PB016',
                    message = format('the template closes %L, which is not open there', v_tag),
                    hint = 'Close sections in the reverse order of opening, by the same name.';
            end if;
            v_ends[v_open[v_depth]] := 2 * i;
            v_depth := v_depth - 1;
        end if;
    end loop;
    if v_depth > 0 then
        raise exception using
            errcode = 'PB016',
            message = format('the template never closes %L', p_tokens[v_open[v_depth]]),
            hint = format('Add {{/%s}}.', substr(p_tokens[v_open[v_depth]], 2));
    end if;
    return v_ends;
end;
$fn$;

comment on function pbdb._template_ends(text[]) is
'For each token that opens a section, the position of the token that closes it; 0 for the others. '
'Raises PB016 when sections do not nest.';

revoke execute on function pbdb._template_ends(text[]) from public;
