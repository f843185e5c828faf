-- drop: function pbdb._object_of(jsonb)
create or replace function pbdb._object_of(p_list jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_wrong constant jsonb := jsonb_path_query_first(
        p_list,
        'strict $[*] ? (@ != null && !(
            @.type() == "array" && @.size() == 2
                && (@[0].type() == "string" || @[0].type() == "number"
                    || @[0].type() == "boolean")
            || @.type() == "object" && exists(@.keyvalue() ? (@.key == "value"))
                && exists(@.keyvalue() ? (@.key == "key" && (@.value.type() == "string"
                    || @.value.type() == "number" || @.value.type() == "boolean")))))'
    );
begin
    if v_wrong is not null then
        perform pbdb._refuse_operand(
            '$object', v_wrong, 'pairs [key, value] or {key, value} whose key is a text'
        );
    end if;
    return (
        select coalesce(jsonb_object_agg(pair.key, pair.value order by pair.position), '{}')
        from (
            select
                element.position,
                coalesce(element.value ->> 'key', element.value ->> 0) as key,
                coalesce(element.value -> 'value', element.value -> 1) as value
            from jsonb_array_elements(p_list) with ordinality as element (value, position)
            where element.value <> 'null'
        ) as pair
    );
end;
$fn$;

comment on function pbdb._object_of(jsonb) is
'An object whose keys are only known now, of pairs [key, value] or {key, value}; later pairs win, '
'null is no pair. Raises PB015.';

revoke execute on function pbdb._object_of(jsonb) from public;
