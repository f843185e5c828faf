-- drop: function pbdb._sorted_list(jsonb, text[], boolean)
create or replace function pbdb._sorted_list(
    p_list jsonb, p_member text[], p_is_descending boolean
)
returns jsonb
language sql
immutable
parallel safe
begin atomic
    select coalesce(
        jsonb_agg(
            keyed.value
            order by
                keyed.rank asc,
                case when not p_is_descending then keyed.number end asc,
                case when p_is_descending then keyed.number end desc,
                case when not p_is_descending then keyed.text end collate "C" asc,
                case when p_is_descending then keyed.text end collate "C" desc,
                keyed.position asc
        ),
        '[]'
    )
    from (
        select
            element.value,
            element.position,
            case jsonb_typeof(sort_key.value)
                when 'number' then 1 when 'string' then 2 when 'null' then 4 else 3
            end as rank,
            case jsonb_typeof(sort_key.value)
                when 'number' then (sort_key.value #>> '{}')::numeric
            end as number,
            case when jsonb_typeof(sort_key.value) not in ('number', 'null')
                then sort_key.value #>> '{}'
            end as text
        from jsonb_array_elements(p_list) with ordinality as element (value, position)
        cross join lateral (
            select coalesce(
                case when p_member is null then element.value else element.value #> p_member end,
                'null'
            )
        ) as sort_key (value)
    ) as keyed;
end;

comment on function pbdb._sorted_list(jsonb, text[], boolean) is
'A list in order, by the elements themselves or a member of theirs: numbers by number, then texts '
'by code point, then other values by their text, null last either way; equal ones as they were.';

revoke execute on function pbdb._sorted_list(jsonb, text[], boolean) from public;
