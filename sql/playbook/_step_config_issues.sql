-- drop: function pbdb._step_config_issues(pbdb.playbook_step_type, jsonb)
--
-- A value that is a path or a template is only known when the step runs: its kind is not tested here.
create or replace function pbdb._step_config_issues(
    p_type pbdb.playbook_step_type, p_config jsonb
)
returns table (severity text, code text, path text, message text, hint text)
language sql
immutable
security invoker
begin atomic
    with known as materialized (
        select field.* from pbdb._config_fields(p_type) as field
    ),

    entries as (
        select entry.key, entry.value from jsonb_each(p_config) as entry (key, value)
    )

    select
        'warning', 'CONFIG_KEY_UNKNOWN', 'config' || pbdb._path_key(entries.key),
        format('%s is no key of a %s config', to_jsonb(entries.key), p_type),
        pbdb._suggestion(entries.key, (select array_agg(known.key) from known))
    from entries
    where entries.key not in (select known.key from known)
    union all
    select
        'error', 'CONFIG_KEY_MISSING', 'config.' || min(known.key),
        format('a %s step needs %s', p_type, string_agg(known.key, ' or ' order by known.key)),
        'Add it to the config.'
    from known
    where known.group_name is not null
    group by known.group_name
    having count(*) filter (where coalesce(p_config -> known.key, 'null') <> 'null') = 0
    union all
    select
        'error', 'CONFIG_VALUE_INVALID', 'config' || pbdb._path_key(known.key),
        format('%s must be %s, not %s', known.key, expected.text, left(entries.value::text, 80)),
        case
            when known.choices is not null
                then pbdb._suggestion(entries.value #>> '{}', known.choices)
            else 'Correct the value, or leave the key out.'
        end
    from entries
    inner join known on entries.key = known.key
    cross join lateral (
        select coalesce(
            pbdb._field_issue(known.kind, known.lowest, known.highest, entries.value),
            case
                when known.kind = 'text'
                    and upper(entries.value #>> '{}')
                    <> all(upper(known.choices::text)::text[])
                    then 'one of ' || array_to_string(known.choices, ', ')
            end
        )
    ) as expected (text)
    where
        expected.text is not null
        and not (
            jsonb_typeof(entries.value) = 'string'
            and (
                starts_with(entries.value #>> '{}', '$')
                or (strpos(entries.value #>> '{}', '{') > 0 and known.kind = 'text')
            )
        );
end;

comment on function pbdb._step_config_issues(pbdb.playbook_step_type, jsonb) is
'What is wrong with a step''s config by itself: CONFIG_KEY_MISSING and CONFIG_VALUE_INVALID are errors, '
'CONFIG_KEY_UNKNOWN (with the nearest known key) is a warning.';

revoke execute on function pbdb._step_config_issues(pbdb.playbook_step_type, jsonb) from public;
