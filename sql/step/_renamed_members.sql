-- drop: function pbdb._renamed_members(jsonb, text, jsonb)
create or replace function pbdb._renamed_members(p_value jsonb, p_holder text, p_names jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_names is null or jsonb_typeof(p_value) <> 'object' then
        return p_value;
    end if;
    return (
        select coalesce(jsonb_object_agg(member.name, case
            when jsonb_typeof(member.value) = 'array' and p_names ? (member.inside || '[]') then (
                select coalesce(jsonb_agg(
                    pbdb._renamed_members(item.value, member.inside || '[]', p_names)
                    order by item.position
                ), '[]')
                from jsonb_array_elements(member.value) with ordinality as item (value, position)
            )
            when p_names ? member.inside
                then pbdb._renamed_members(member.value, member.inside, p_names)
            else member.value
        end), '{}')
        from jsonb_each(p_value) as entry
        cross join lateral (
            select coalesce(p_names -> p_holder ->> entry.key, entry.key)
        ) as known (name)
        cross join lateral (
            select known.name, concat_ws('.', nullif(p_holder, ''), known.name), entry.value
        ) as member (name, inside, value)
    );
end;
$fn$;

comment on function pbdb._renamed_members(jsonb, text, jsonb) is
'An object whose members have other names, and so within: {holder: {alias: name}}, the holder '
'being '''' for the object itself, auth for its member auth, branches[] for each element of '
'branches.';

revoke execute on function pbdb._renamed_members(jsonb, text, jsonb) from public;
