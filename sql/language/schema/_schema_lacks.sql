-- drop: function pbdb._schema_lacks(jsonb, text[])
--
-- Whatever could allow more than properties do ends the walk: a missing member must be certain.
create or replace function pbdb._schema_lacks(
    p_schema jsonb, p_members text[], out member text, out known text[]
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_schema jsonb := p_schema;
    v_member text;
begin
    foreach v_member in array p_members loop
        if jsonb_typeof(v_schema) is distinct from 'object' or v_schema ?| array[
            '$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas',
            'patternProperties', 'prefixItems'
        ] then
            return;
        end if;
        if v_member = '[]' or (v_schema ? 'items' and not v_schema ? 'properties') then
            v_schema := v_schema -> 'items';
        end if;
        if v_member <> '[]' then
            if v_schema -> 'properties' ? v_member then
                v_schema := v_schema -> 'properties' -> v_member;
            elsif v_schema -> 'additionalProperties' = 'false' then
                member := v_member;
                known := array(select jsonb_object_keys(v_schema -> 'properties') as k order by k);
                return;
            else
                return;
            end if;
        end if;
    end loop;
end;
$fn$;

comment on function pbdb._schema_lacks(jsonb, text[]) is
'The first of some members, one inside the other ([] for an element of a list), that a value which '
'fits the JSON Schema cannot have, and those that it can; null when it may have all of them.';

revoke execute on function pbdb._schema_lacks(jsonb, text[]) from public;
