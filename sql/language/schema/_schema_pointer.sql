-- drop: function pbdb._schema_pointer(jsonb, text)
create or replace function pbdb._schema_pointer(p_root jsonb, p_reference text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_id constant text := rtrim(p_root ->> '$id', '#');
    v_fragment text := p_reference;
begin
    if v_id <> '' and left(p_reference, length(v_id)) = v_id then
        v_fragment := substr(p_reference, length(v_id) + 1);
    end if;
    if v_fragment in ('', '#') and p_reference <> '' then
        return '';
    elsif v_fragment not like '#%' then
        return null;
    elsif v_fragment like '#/%' then
        return pbdb._schema_decoded(substr(v_fragment, 2));
    end if;
    return (
        select n.path
        from pbdb._schema_nodes(p_root) as n
        where n.schema ->> '$anchor' = substr(v_fragment, 2)
        limit 1
    );
end;
$fn$;

comment on function pbdb._schema_pointer(jsonb, text) is
'The JSON pointer that a $ref means in the document p_root. Null when it names another document '
'or an unknown anchor. Nobody promises that the pointer leads to a schema.';

revoke execute on function pbdb._schema_pointer(jsonb, text) from public;
