-- drop: function pbdb._cron_fields(text)
--
-- Upper case of ASCII only, so that no locale has a say.
create or replace function pbdb._cron_fields(p_schedule text)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_fields text[] := regexp_split_to_array(
        btrim(upper(p_schedule collate "C"), E' \t\r\n'), '[ \t\r\n]+'
    );
    v_months constant text[] := '{JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC}';
    v_days constant text[] := '{SUN,MON,TUE,WED,THU,FRI,SAT}';
begin
    -- Loops, because each name is taken out of what the one before left.
    for i in 1 .. 12 loop
        v_fields[4] := regexp_replace(v_fields[4], '\m' || v_months[i] || '\M', i::text, 'g');
    end loop;
    for i in 1 .. 7 loop
        v_fields[5] := regexp_replace(v_fields[5], '\m' || v_days[i] || '\M', (i - 1)::text, 'g');
    end loop;
    return array_remove(v_fields, null);
end;
$fn$;

comment on function pbdb._cron_fields(text) is
'The fields of a cron expression, names of months and days of the week as numbers.';

revoke execute on function pbdb._cron_fields(text) from public;
