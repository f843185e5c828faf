-- drop: function pbdb._operation_issues(jsonb)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._operation_issues(p_operations jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    with operations as (
        select
            operation.value,
            operation.value ->> 'type' as type,
            left(operation.value::text, 100) as shown,
            '/operations/' || (operation.position - 1) as path
        from jsonb_array_elements(
            case jsonb_typeof(p_operations) when 'array' then p_operations end
        ) with ordinality as operation (value, position)
    )

    select
        operations.path, 'OPERATION_UNKNOWN', format('%s is not an operation', operations.shown),
        'Its type is rename, map, set, remove, merge, filter or transform.'
    from operations
    where operations.type is null or operations.type not in
        ('rename', 'map', 'set', 'remove', 'merge', 'filter', 'transform')
    union all
    select
        operations.path, 'CONFIG_KEY_MISSING',
        format('the operation %s needs %s', operations.type, array_to_string(needed.keys, ' or ')),
        format('Add %s to %s.', needed.keys[1], operations.shown)
    from operations
    inner join (values
        ('rename', '{field}'::text[], '{string}'::text[]),
        ('rename', '{newField,new_field}', '{string}'),
        ('map', '{field}', '{string}'),
        ('map', '{mapping}', '{object}'),
        ('set', '{field}', '{string}'),
        ('set', '{value}', null),
        ('remove', '{field}', '{string}'),
        ('merge', '{value}', '{object,string}'),
        ('filter', '{field}', '{string}'),
        ('filter', '{condition}', null),
        ('transform', '{field}', '{string}'),
        ('transform', '{function}', '{string}')
    ) as needed (type, keys, kinds) on operations.type = needed.type
    where not exists (
        select from unnest(needed.keys) as key
        where
            operations.value ? key
            and coalesce(jsonb_typeof(operations.value -> key) = any(needed.kinds), true)
    )
    union all
    select
        operations.path || '/function', 'FUNCTION_UNKNOWN',
        format('%s is not a function of transform', operations.value -> 'function'),
        'Use uppercase, lowercase, trim, reverse, length, parseInt, parseFloat, toString, toJSON '
        'or parseJSON.'
    from operations
    where
        operations.type = 'transform'
        and operations.value ->> 'function' not in (
            'uppercase', 'lowercase', 'trim', 'reverse', 'length', 'parseInt', 'parseFloat',
            'toString', 'toJSON', 'parseJSON'
        );
end;

comment on function pbdb._operation_issues(jsonb) is
'What is wrong with the operations of a DATA_TRANSFORM step: JSON pointer into the config, code, '
'message, hint. Codes: OPERATION_UNKNOWN, FUNCTION_UNKNOWN, CONFIG_KEY_MISSING.';

revoke execute on function pbdb._operation_issues(jsonb) from public;
