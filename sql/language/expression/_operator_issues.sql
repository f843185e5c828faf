-- drop: function pbdb._operator_issues(jsonb)
create or replace function pbdb._operator_issues(p_mapping jsonb)
returns table (code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        'MAPPING_OPERATOR_INVALID',
        format('%s is not what %s takes', left(p_mapping::text, 200), written.name),
        case written.name
            when '$append' then 'Write {"$append": [list, value]}.'
            when '$join' then 'Write {"$join": [values], "with": ", "}.'
            when '$sort'
                then 'Write {"$sort": list, "by": "member", "order": "ascending" or "descending"}.'
            when '$object' then 'Write {"$object": [[key, value], ...]}.'
            else format('Write {"%s": [values]}, or a path to a list.', written.name)
        end
        || format(' An object with such a member: {"$object": [["$%s", value]]}.', written.name)
    from jsonb_object_keys(p_mapping) as written (name)
    cross join lateral (select p_mapping -> written.name) as operand (value)
    where
        written.name in (
            '$default', '$concat', '$append', '$join', '$sum', '$sort', '$object', '$merge'
        )
        and (
            pbdb._operator_of(p_mapping) is null
            or not coalesce(
                jsonb_typeof(operand.value) = 'array'
                or operand.value #>> '{}' ~ '^\$[^$]' and written.name <> '$append'
                or pbdb._operator_of(operand.value) is not null and written.name <> '$append',
                false
            )
            or written.name = '$append' and jsonb_array_length(
                case jsonb_typeof(operand.value) when 'array' then operand.value else '[]' end
            ) < 2
            or written.name = '$object' and operand.value @? 'strict $[*] ? (
                @.type() == "number" || @.type() == "boolean"
                || @.type() == "array" && @.size() != 2)'
            or p_mapping ? 'with' and jsonb_typeof(p_mapping -> 'with') <> 'string'
            or p_mapping ? 'by' and jsonb_typeof(p_mapping -> 'by') <> 'string'
            or coalesce(p_mapping ->> 'order' not in ('ascending', 'descending'), false)
        );
end;

comment on function pbdb._operator_issues(jsonb) is
'What is wrong with an object of a mapping that uses the name of an operator; nothing for other '
'objects. Code: MAPPING_OPERATOR_INVALID. $all has its own, ALL_INVALID.';

revoke execute on function pbdb._operator_issues(jsonb) from public;
