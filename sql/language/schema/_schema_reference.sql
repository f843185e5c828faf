-- drop: function pbdb._schema_reference(jsonb, text)
create or replace function pbdb._schema_reference(p_root jsonb, p_reference text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_reference = '#' then
        return p_root;
    elsif p_reference ~ '^#(?:/[A-Za-z_$][^/~%]*)+$' then
        return p_root #> pg_catalog.string_to_array(substr(p_reference, 3), '/');
    end if;
    return (
        select n.schema
        from pbdb._schema_nodes(p_root) as n
        where n.path = pbdb._schema_pointer(p_root, p_reference)
        limit 1
    );
end;
$fn$;

comment on function pbdb._schema_reference(jsonb, text) is
'The schema that a $ref means, in the document p_root: # and #/… pointers, #anchor, each also '
'behind the $id of the document. Null when there is none, or when it is in another document.';

revoke execute on function pbdb._schema_reference(jsonb, text) from public;
