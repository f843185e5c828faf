-- drop: function pbdb._config_key_issues(pbdb.playbook_step_type[], jsonb[])
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._config_key_issues(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (n int, path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with known as materialized (
        select type.step_type, key.*
        from (select distinct step_type from unnest(p_types) as step_type) as type
        cross join lateral pbdb.step_config_keys(type.step_type) as key
    ),

    entries as materialized (
        select
            entry.n, entry.step_type, entry.path, entry.place, entry.holder, entry.value,
            entry.value #>> '{}' as text,
            known.key, known.kinds, known.choices, known.is_caseless,
            known.lowest * unit.factor as lowest, known.highest * unit.factor as highest,
            ', in ' || unit.name || case
                when unit.factor > 1 then format(' (%s is in seconds)', known.name)
                else ''
            end as in_unit,
            pbdb._config_kind_fits(entry.value, known.kinds) as is_kind
        from pbdb._config_entries(p_types, p_configs) as entry
        left join known on entry.step_type = known.step_type and entry.key = known.key
        cross join lateral (
            select
                case when entry.written = known.milliseconds_key then 1000 else 1 end,
                case
                    when entry.written = known.milliseconds_key then 'milliseconds'
                    else known.unit
                end
        ) as unit (factor, name)
    ),

    names as (
        select
            known.step_type, known.holder, known.holder = '' or known.holder like '%[]' as is_open,
            string_agg(known.name, ', ' order by known.ordinal) as list
        from known
        group by known.step_type, known.holder
    )

    select
        entries.n, entries.path,
        case when names.is_open then 'CONFIG_KEY_UNKNOWN' else 'CONFIG_VALUE_INVALID' end,
        format('%s is not a config key of %s', entries.place, entries.step_type),
        format('Known: %s.', names.list)
    from entries
    inner join names on entries.step_type = names.step_type and entries.holder = names.holder
    where entries.key is null
    union all
    select
        entries.n, entries.path, 'CONFIG_KIND_INVALID',
        format('%s is %s', entries.place, left(entries.value::text, 100)),
        concat('Give it ', array_to_string(entries.kinds, ' or '), entries.in_unit, '.')
    from entries
    where not entries.is_kind
    union all
    select
        entries.n, entries.path, 'CONFIG_VALUE_INVALID',
        format('%s is %s', entries.place, left(entries.value::text, 100)),
        format('Use %s.', array_to_string(entries.choices, ', '))
    from entries
    where
        entries.is_kind and jsonb_typeof(entries.value) = 'string'
        and not (
            case when entries.is_caseless then upper(entries.text) else entries.text end
            = any(entries.choices)
        )
    union all
    select
        entries.n, entries.path, 'CONFIG_VALUE_INVALID',
        format('%s is %s', entries.place, left(entries.value::text, 100)),
        concat(
            'Give it a number', ' from ' || trim_scale(entries.lowest),
            ' to ' || trim_scale(entries.highest), entries.in_unit, '.'
        )
    from entries
    where
        entries.is_kind and jsonb_typeof(entries.value) = 'number'
        and (
            entries.value < to_jsonb(entries.lowest) or entries.value > to_jsonb(entries.highest)
        );
end;

comment on function pbdb._config_key_issues(pbdb.playbook_step_type[], jsonb[]) is
'What is wrong with single keys of steps'' configs: the number of the config from 1, JSON pointer, '
'code, message, hint. Codes: CONFIG_KIND_INVALID, CONFIG_VALUE_INVALID, CONFIG_KEY_UNKNOWN.';

revoke execute on function pbdb._config_key_issues(pbdb.playbook_step_type[], jsonb[]) from public;
