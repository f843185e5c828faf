-- drop: function pbdb._config_choice_issues(pbdb.playbook_step_type[], jsonb[])
--
-- No nested loops: how many entries there are is not known when it is planned, and each is compared
-- with those beside it. Longer than a screen because it is one list of rules.
create or replace function pbdb._config_choice_issues(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (n int, path text, code text, message text, hint text)
language sql
immutable
parallel safe
security invoker
set enable_nestloop = off
begin atomic
    with known as materialized (
        select type.step_type, key.*
        from (select distinct step_type from unnest(p_types) as step_type) as type
        cross join lateral pbdb.step_config_keys(type.step_type) as key
    ),

    entries as materialized (
        select
            entry.n, entry.step_type, entry.path, entry.holder_path, entry.written, entry.key,
            entry.value, known.one_of, known.goes_with,
            known.ordinal * 2 + (entry.written <> known.name)::int as position
        from pbdb._config_entries(p_types, p_configs) as entry
        inner join known on entry.step_type = known.step_type and entry.key = known.key
        where entry.value <> 'null'
    ),

    needed as (
        select
            config.n::int as n, config.step_type, '' as path, 'config' as place,
            choice.keys, choice.names
        from unnest(p_types, p_configs) with ordinality as config (step_type, value, n)
        inner join (
            select
                known.step_type,
                array_agg(known.key order by known.ordinal) as keys,
                array_agg(known.name order by known.ordinal) as names
            from known
            where known.is_required and known.holder = ''
            group by known.step_type, coalesce(known.one_of, known.key)
        ) as choice on config.step_type = choice.step_type
        where jsonb_typeof(config.value) = 'object'
        union all
        select
            entries.n, entries.step_type, entries.path, entries.written, array[known.key],
            array[known.name]
        from entries
        inner join known on entries.step_type = known.step_type and entries.key = known.holder
        where known.is_required and jsonb_typeof(entries.value) = 'object'
    )

    select
        needed.n, needed.path, 'CONFIG_KEY_MISSING',
        format('%s needs %s', needed.step_type, array_to_string(needed.names, ' or ')),
        format('Add %s to %s.', needed.names[1], needed.place)
    from needed
    where not exists (
        select from entries
        where
            entries.n = needed.n and entries.holder_path = needed.path
            and entries.key = any(needed.keys) and entries.value <> '""'
    )
    union all
    select
        later.n, later.path, 'CONFIG_CONFLICT',
        format('%s has both %s and %s', later.step_type, entries.written, later.written),
        'Keep one of them.'
    from entries
    inner join entries as later
        on entries.n = later.n and entries.holder_path = later.holder_path
    where
        (entries.key = later.key or entries.one_of = later.one_of)
        and (entries.position, entries.written) < (later.position, later.written)
    union all
    select
        entries.n, entries.path, 'CONFIG_KEY_IGNORED',
        format('%s means nothing without %s', entries.written,
            array_to_string(entries.goes_with, ' or ')),
        format('It is ignored. Take it out, or add %s.',
            array_to_string(entries.goes_with, ' or '))
    from entries
    where
        entries.goes_with is not null
        and not exists (
            select from entries as companion
            where
                companion.n = entries.n and companion.holder_path = entries.holder_path
                and companion.key = any(entries.goes_with)
        );
end;

comment on function pbdb._config_choice_issues(pbdb.playbook_step_type[], jsonb[]) is
'Keys that steps'' configs lack (CONFIG_KEY_MISSING), have beside another that excludes it '
'(CONFIG_CONFLICT), or have without the one that it belongs to (CONFIG_KEY_IGNORED, a warning): '
'the number of the config from 1, JSON pointer, code, message, hint.';

revoke execute on function pbdb._config_choice_issues(pbdb.playbook_step_type[], jsonb[])
from public;
