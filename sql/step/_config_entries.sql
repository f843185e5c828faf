-- drop: function pbdb._config_entries(pbdb.playbook_step_type[], jsonb[])
--
-- Of many configs at once, because a playbook has many steps. Longer than a screen because of what
-- it gives.
create or replace function pbdb._config_entries(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (
    n int, step_type pbdb.playbook_step_type, path text, place text, holder_path text,
    holder text, written text, value jsonb, key text, ordinal int, holds text
)
language sql
immutable
parallel safe
security invoker
begin atomic
    with keys as materialized (
        select
            type.step_type, known.holder, known.key, known.ordinal, known.holds, spelling.written
        from (select distinct step_type from unnest(p_types) as step_type) as type
        cross join lateral pbdb.step_config_keys(type.step_type) as known
        cross join lateral unnest(known.name || known.aliases || known.milliseconds_key)
        as spelling (written)
    ),

    configs as materialized (
        select config.n::int, config.step_type, config.value
        from unnest(p_types, p_configs) with ordinality as config (step_type, value, n)
        where jsonb_typeof(config.value) = 'object'
    ),

    tops as materialized (
        select configs.n, configs.step_type, entry.key as written, keys.key, entry.value
        from configs
        cross join lateral jsonb_each(configs.value) as entry
        inner join keys
            on
                configs.step_type = keys.step_type and keys.holder = ''
                and entry.key = keys.written
        where jsonb_typeof(entry.value) in ('object', 'array')
    ),

    holders (n, step_type, path, place, holder, value) as (
        select configs.n, configs.step_type, '', '', '', configs.value
        from configs
        union all
        select
            tops.n, tops.step_type, '/' || tops.written, tops.written || '.', tops.key, tops.value
        from tops
        where
            jsonb_typeof(tops.value) = 'object'
            and (tops.step_type, tops.key) in (select keys.step_type, keys.holder from keys)
        union all
        select
            tops.n, tops.step_type, format('/%s/%s', tops.written, item.position - 1),
            format('%s[%s].', tops.written, item.position - 1), tops.key || '[]', item.value
        from tops
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(tops.value) when 'array' then tops.value end
        ) with ordinality as item (value, position)
        where
            jsonb_typeof(item.value) = 'object'
            and (tops.step_type, tops.key || '[]') in (
                select keys.step_type, keys.holder from keys
            )
    )

    select
        holders.n, holders.step_type,
        holders.path || '/' || replace(replace(entry.key, '~', '~0'), '/', '~1'),
        holders.place || entry.key, holders.path, holders.holder, entry.key, entry.value,
        keys.key, keys.ordinal, keys.holds
    from holders
    cross join lateral jsonb_each(holders.value) as entry
    left join keys
        on
            holders.step_type = keys.step_type and holders.holder = keys.holder
            and entry.key = keys.written;
end;

comment on function pbdb._config_entries(pbdb.playbook_step_type[], jsonb[]) is
'What is written in configs, and in their parts that have keys of their own: the number of the '
'config from 1 and its type, JSON pointer, place as people write it, pointer and name of what '
'holds it, the name that is written, the value, and key, ordinal and holds of '
'pbdb.step_config_keys (null: the key is unknown).';

revoke execute on function pbdb._config_entries(pbdb.playbook_step_type[], jsonb[]) from public;
