-- drop: function pbdb._template_value(text, jsonb[], jsonb)
--
-- As Mustache has it, the innermost frame with the first part of a dotted name decides; the
-- variables are the outermost frame.
create or replace function pbdb._template_value(
    p_name text, p_frames jsonb[], p_variables jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_parts text[];
begin
    if p_name like '$%' then
        return pbdb._first_match(p_name, p_variables);
    elsif p_name = '.' then
        return p_frames[cardinality(p_frames)];
    end if;
    v_parts := string_to_array(p_name, '.');
    for i in reverse cardinality(p_frames) .. 1 loop
        if p_frames[i] -> v_parts[1] is not null then
            return p_frames[i] #> v_parts;
        end if;
    end loop;
    return p_variables #> v_parts;
end;
$fn$;

comment on function pbdb._template_value(text, jsonb[], jsonb) is
'The value of a tag''s name in a stack of frames, or over the variables; SQL null when there is '
'none.';

revoke execute on function pbdb._template_value(text, jsonb[], jsonb) from public;
