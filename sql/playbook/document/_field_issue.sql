-- drop: function pbdb._field_issue(text, int, int, jsonb)
create or replace function pbdb._field_issue(
    p_kind text, p_lowest int, p_highest int, p_value jsonb
)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_value = 'null' then null
        when p_kind = 'text' then case
            when jsonb_typeof(p_value) <> 'string' then 'a text'
            when length(p_value #>> '{}') not between p_lowest and p_highest
                or (p_lowest > 0 and btrim(p_value #>> '{}') = '')
                then format('a text of %s to %s characters', p_lowest, p_highest)
        end
        when p_kind = 'integer' then case
            when jsonb_typeof(p_value) <> 'number'
                or (p_value #>> '{}')::numeric not between p_lowest and p_highest
                or (p_value #>> '{}')::numeric % 1 <> 0
                then format('a whole number from %s to %s', p_lowest, p_highest)
        end
        when p_kind = 'boolean' and jsonb_typeof(p_value) <> 'boolean' then 'true or false'
        when p_kind = 'object' and jsonb_typeof(p_value) <> 'object' then 'an object'
        when p_kind = 'mapping' and not (
            jsonb_typeof(p_value) = 'object' or starts_with(p_value #>> '{}', '$')
        ) then 'an object of paths and values, or one path'
        when p_kind = 'condition' and jsonb_typeof(p_value) not in ('object', 'string')
            then 'a predicate as a text, or an object'
        when p_kind = 'uuid' and not coalesce(
            jsonb_typeof(p_value) = 'string'
            and p_value #>> '{}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false
        ) then 'a UUID'
        when p_kind = 'type' and not (
            jsonb_typeof(p_value) = 'string'
            and p_value #>> '{}' = any(enum_range(null::pbdb.playbook_step_type)::text[])
        ) then 'a step type'
        when p_kind = 'tags' and not (
            jsonb_typeof(p_value) = 'array'
            and not jsonb_path_exists(p_value, 'strict $[*] ? (@.type() != "string")')
            and not exists (
                select
                from jsonb_array_elements_text(
                    case when jsonb_typeof(p_value) = 'array' then p_value else '[]' end
                ) as t (tag)
                where length(t.tag) > 255
            )
        ) then 'a list of texts of at most 255 characters'
        when p_kind = 'steps' and jsonb_typeof(p_value) <> 'array' then 'a list of steps'
        when p_kind = 'branches' and not (
            jsonb_typeof(p_value) = 'object' and p_value <> '{}'
        ) then 'an object: the name of each branch and its list of steps'
    end;
end;

comment on function pbdb._field_issue(text, int, int, jsonb) is
'What a key of a document must hold, when the value is something else; null when the value fits '
'or is null.';

revoke execute on function pbdb._field_issue(text, int, int, jsonb) from public;
