-- drop: function pbdb._object_issues(text, text, jsonb)
create or replace function pbdb._object_issues(p_object text, p_path text, p_value jsonb)
returns table (path text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    with known as (
        select field.* from pbdb._document_fields(p_object) as field
    ),

    entries as (
        select entry.key, entry.value
        from jsonb_each(
            case when jsonb_typeof(p_value) = 'object' then p_value else '{}' end
        ) as entry (key, value)
    )

    select
        coalesce(nullif(p_path, ''), 'document'),
        format('%s must be an object, not %s', p_object, left(p_value::text, 80)),
        format('Write %s as keys and values.', p_object)
    where jsonb_typeof(p_value) is distinct from 'object'
    union all
    select
        ltrim(p_path || pbdb._path_key(entries.key), '.'),
        format('unknown key %s', to_jsonb(entries.key)),
        pbdb._suggestion(entries.key, (select array_agg(known.key) from known))
    from entries
    where entries.key not in (select known.key from known)
    union all
    select
        ltrim(p_path || pbdb._path_key(known.key), '.'),
        format('%s is missing', known.key),
        format('Every %s has a %s.', p_object, known.key)
    from known
    where
        known.is_required
        and jsonb_typeof(p_value) = 'object'
        and coalesce(p_value -> known.key, 'null') = 'null'
    union all
    select
        ltrim(p_path || pbdb._path_key(known.key), '.'),
        format(
            '%s must be %s, not %s', known.key,
            pbdb._field_issue(known.kind, known.lowest, known.highest, entries.value),
            left(entries.value::text, 80)
        ),
        case known.kind
            when 'type' then pbdb._suggestion(
                upper(entries.value #>> '{}'), enum_range(null::pbdb.playbook_step_type)::text[]
            )
            else 'Correct the value, or leave the key out.'
        end
    from entries
    inner join known on entries.key = known.key
    where
        pbdb._field_issue(known.kind, known.lowest, known.highest, entries.value) is not null;
end;

comment on function pbdb._object_issues(text, text, jsonb) is
'What is wrong with one object of a document (playbook or step) seen alone: unknown, missing and '
'wrongly typed keys.';

revoke execute on function pbdb._object_issues(text, text, jsonb) from public;
