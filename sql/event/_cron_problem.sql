-- drop: function pbdb._cron_problem(text)
--
-- No more than what runners understand, so that what is accepted here fires there.
create or replace function pbdb._cron_problem(p_schedule text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    with cron as (select pbdb._cron_fields(p_schedule) as fields)

    select case
        when cardinality(cron.fields) <> 5
            then format('it has not five fields but %s', cardinality(cron.fields))
        else coalesce(
            pbdb._cron_field_problem('minute', cron.fields[1], 0, 59, '^$a'),
            pbdb._cron_field_problem('hour', cron.fields[2], 0, 23, '^$a'),
            pbdb._cron_field_problem('day of the month', cron.fields[3], 1, 31, '^LW?$'),
            pbdb._cron_field_problem('month', cron.fields[4], 1, 12, '^$a'),
            pbdb._cron_field_problem(
                'day of the week', cron.fields[5], 0, 7, '^[0-7](L|#[1-5])$'
            ),
            case when pbdb._cron_is_never(cron.fields) then 'it never comes' end
        )
    end
    from cron;
end;

comment on function pbdb._cron_problem(text) is
'Why a schedule is no cron expression of five fields, or never comes; null when it is one.';

revoke execute on function pbdb._cron_problem(text) from public;
