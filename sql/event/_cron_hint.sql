-- drop: function pbdb._cron_hint(text)
create or replace function pbdb._cron_hint(p_schedule text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(
        'Write it as ' || case lower(btrim(p_schedule))
            when '@yearly' then '0 0 1 1 *'
            when '@annually' then '0 0 1 1 *'
            when '@monthly' then '0 0 1 * *'
            when '@weekly' then '0 0 * * 0'
            when '@daily' then '0 0 * * *'
            when '@midnight' then '0 0 * * *'
            when '@hourly' then '0 * * * *'
        end || '.',
        case
            when p_schedule ~* '^\s*rate\('
                then 'Write a rate as a step: */5 * * * * is every five minutes.'
            when p_schedule ~* '^\s*cron\('
                then 'Leave out cron( ), and the year at the end; write * for ?.'
            when strpos(p_schedule, '?') > 0
                then 'Write * for ?.'
            when cardinality(pbdb._cron_fields(p_schedule)) in (6, 7)
                then 'Leave out seconds and year.'
        end,
        'Write minute, hour, day of the month, month, day of the week: 0 3 * * 1-5 is at three on '
        'weekdays, */10 * * * * every ten minutes.'
    );
end;

comment on function pbdb._cron_hint(text) is
'What to write instead of a schedule that is no cron expression of five fields.';

revoke execute on function pbdb._cron_hint(text) from public;
