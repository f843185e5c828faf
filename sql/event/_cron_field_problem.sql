-- drop: function pbdb._cron_field_problem(text, text, int, int, text)
create or replace function pbdb._cron_field_problem(
    p_name text, p_field text, p_low int, p_high int, p_special text
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select format('%s %s is not %s to %s', p_name, term.written, p_low, p_high)
    from unnest(string_to_array(p_field, ',')) with ordinality as term (written, position)
    cross join lateral (
        select regexp_match(
            term.written, '^(?:\*|([0-9]{1,3})(?:-([0-9]{1,3}))?)(?:/([0-9]{1,3}))?$'
        )
    ) as found (parts)
    where
        term.written !~ p_special
        and (
            found.parts is null
            or not coalesce(found.parts[1]::int between p_low and p_high, true)
            or not coalesce(found.parts[2]::int between found.parts[1]::int and p_high, true)
            or coalesce(found.parts[3]::int, 1) = 0
        )
    order by term.position
    limit 1;
end;

comment on function pbdb._cron_field_problem(text, text, int, int, text) is
'What is wrong with one field of a cron expression, whose names are numbers by now: *, 5, 1-5, '
'*/2, a list of them, or what p_special matches. Null: nothing.';

revoke execute on function pbdb._cron_field_problem(text, text, int, int, text) from public;
