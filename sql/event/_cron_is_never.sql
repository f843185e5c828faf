-- drop: function pbdb._cron_is_never(text[])
--
-- As in Debian's cron a day must fit both of its fields only when one of them starts with a star.
create or replace function pbdb._cron_is_never(p_fields text[])
returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        (p_fields[3] like '*%' or p_fields[5] like '*%')
        and p_fields[3] !~ '[*L]'
        and (
            select min((regexp_match(term.written, '^[0-9]+'))[1]::int)
            from unnest(string_to_array(p_fields[3], ',')) as term (written)
        ) > (
            select max((array[31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[month.number])
            from unnest(string_to_array(p_fields[4], ',')) as term (written)
            cross join lateral (
                select regexp_match(term.written, '^(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?$')
            ) as found (parts)
            cross join lateral generate_series(
                coalesce(found.parts[1]::int, 1),
                coalesce(
                    found.parts[2]::int,
                    case when found.parts[3] is null then found.parts[1]::int end, 12
                ),
                coalesce(found.parts[3]::int, 1)
            ) as month (number)
        );
end;

comment on function pbdb._cron_is_never(text[]) is
'Whether no month of a cron expression has any of its days, such as 30 February.';

revoke execute on function pbdb._cron_is_never(text[]) from public;
