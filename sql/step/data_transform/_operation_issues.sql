-- drop: function pbdb._operation_issues(jsonb)
create or replace function pbdb._operation_issues(p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with operations as (
        select
            operation.value,
            operation.value ->> 'type' as type,
            left(operation.value::text, 100) as shown,
            '/operations/' || (operation.position - 1) as path
        from jsonb_array_elements(
            case jsonb_typeof(p_config -> 'operations')
                when 'array' then p_config -> 'operations'
            end
        ) with ordinality as operation (value, position)
    )

    select
        operations.path, 'CONFIG_KEY_MISSING', format('%s has no type', operations.shown),
        'Give it a type: rename, map, set, remove, merge, filter or transform.'
    from operations
    where operations.type is null
    union all
    select
        operations.path, 'CONFIG_KEY_MISSING',
        format('the operation %s needs %s', operations.type, needed.key),
        format('Add %s to %s.', needed.key, operations.shown)
    from operations
    inner join (values
        ('rename', 'field'), ('rename', 'new_field'), ('map', 'field'), ('map', 'mapping'),
        ('set', 'field'), ('set', 'value'), ('remove', 'field'), ('merge', 'value'),
        ('filter', 'field'), ('filter', 'condition'), ('transform', 'field'),
        ('transform', 'function')
    ) as needed (type, key) on operations.type = needed.type
    where not operations.value ? needed.key
    union all
    select
        operations.path || '/value', 'CONFIG_KIND_INVALID',
        format('merge has the value %s', left((operations.value -> 'value')::text, 100)),
        'Give it object or path.'
    from operations
    where
        operations.type = 'merge'
        and jsonb_typeof(operations.value -> 'value') not in ('object', 'string');
end;

comment on function pbdb._operation_issues(jsonb) is
'What the operations of a DATA_TRANSFORM step lack, by its canonical config: JSON pointer into the '
'config, code, message, hint. Codes: CONFIG_KEY_MISSING, CONFIG_KIND_INVALID.';

revoke execute on function pbdb._operation_issues(jsonb) from public;
