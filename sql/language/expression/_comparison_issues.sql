-- drop: function pbdb._comparison_issues(jsonb)
create or replace function pbdb._comparison_issues(p_condition jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    select
        '/operator', 'OPERATOR_UNKNOWN',
        format('%s is not an operator of conditions', p_condition -> 'operator'),
        'Use equals, notEquals, greaterThan, greaterThanOrEqual, lessThan, lessThanOrEqual, '
        'contains, startsWith, endsWith, in, exists or isEmpty.'
    where not coalesce(p_condition ->> 'operator' = any(
        '{equals,notEquals,greaterThan,greaterThanOrEqual,lessThan,lessThanOrEqual,contains,'
        'startsWith,endsWith,in,exists,isEmpty}'::text[]
    ), false)
    union all
    select
        '/field', 'FIELD_MISSING',
        format('%s is not a field', coalesce((p_condition -> 'field')::text, 'nothing')),
        'Name a member of the step''s input, or write a path that starts with $.'
    where jsonb_typeof(p_condition -> 'field') is distinct from 'string'
    union all
    select
        '/value', 'VALUE_MISSING',
        format('%s has no value to compare with', p_condition ->> 'operator'),
        'Give it a value; for a test against nothing use exists or isEmpty.'
    where not p_condition ? 'value' and p_condition ->> 'operator' not in ('exists', 'isEmpty')
    union all
    select
        '/value', 'VALUE_INVALID',
        format('the value of in is %s, not a list', left((p_condition -> 'value')::text, 200)),
        'Give it a list, or a path to one.'
    where
        p_condition ->> 'operator' = 'in'
        and jsonb_typeof(p_condition -> 'value') <> 'array'
        and p_condition ->> 'value' not like '$%'
        and pbdb._operator_of(p_condition -> 'value') is null
    union all
    select
        '/value', 'VALUE_INVALID',
        format('%s takes no value, least of all false', p_condition ->> 'operator'),
        'Write {"not": {"field": ..., "operator": ...}}.'
    where
        p_condition ->> 'operator' in ('exists', 'isEmpty') and p_condition -> 'value' = 'false';
end;

comment on function pbdb._comparison_issues(jsonb) is
'What is wrong with one {field, operator, value}: JSON pointer, code, message, hint. Codes: '
'OPERATOR_UNKNOWN, FIELD_MISSING, VALUE_MISSING, VALUE_INVALID.';

revoke execute on function pbdb._comparison_issues(jsonb) from public;
