-- drop: function pbdb._config_key_issues(text, jsonb)
create or replace function pbdb._config_key_issues(p_step_type text, p_config jsonb)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    with entries as (
        select
            entry.*,
            entry.value #>> '{}' as text,
            left(entry.value::text, 100) as shown,
            '/' || replace(replace(entry.key, '~', '~0'), '/', '~1') as path,
            known.key is not null as is_known,
            known.kinds, known.choices, known.lowest, known.highest,
            pbdb._config_kind_fits(entry.value, known.kinds) as is_kind
        from jsonb_each(p_config) as entry
        left join pbdb._config_keys(p_step_type) as known on entry.key = known.key
    )

    select
        entries.path, 'CONFIG_KEY_UNKNOWN',
        format('%s is not a config key of %s', entries.key, p_step_type),
        format('It is ignored. Known: %s.', (
            select string_agg(known.key, ', ' order by known.key)
            from pbdb._config_keys(p_step_type) as known
        ))
    from entries
    where not entries.is_known
    union all
    select
        entries.path, 'CONFIG_KIND_INVALID',
        format('%s is %s', entries.key, entries.shown),
        format('Give it %s.', array_to_string(entries.kinds, ' or '))
    from entries
    where not entries.is_kind
    union all
    select
        entries.path, 'CONFIG_VALUE_INVALID',
        format('%s is %s', entries.key, entries.shown),
        format('Use %s.', array_to_string(entries.choices, ', '))
    from entries
    where
        entries.is_kind and jsonb_typeof(entries.value) = 'string'
        and not entries.text = any(entries.choices)
        and not (entries.key = 'method' and upper(entries.text) = any(entries.choices))
    union all
    select
        entries.path, 'CONFIG_VALUE_INVALID',
        format('%s is %s', entries.key, entries.shown),
        concat('Give it a number', ' from ' || entries.lowest, ' to ' || entries.highest, '.')
    from entries
    where
        entries.is_kind and jsonb_typeof(entries.value) = 'number'
        and (
            entries.value < to_jsonb(entries.lowest) or entries.value > to_jsonb(entries.highest)
        );
end;

comment on function pbdb._config_key_issues(text, jsonb) is
'What is wrong with single keys of a step''s config: JSON pointer, code, message, hint. Codes: '
'CONFIG_KIND_INVALID, CONFIG_VALUE_INVALID; CONFIG_KEY_UNKNOWN is a warning.';

revoke execute on function pbdb._config_key_issues(text, jsonb) from public;
