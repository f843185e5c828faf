-- drop: function pbdb._cap_row()
--
-- A trigger and not an argument's check, because applications write these tables themselves too.
-- Definer, because it calls helpers that nobody else may; it reads nothing but the row.
create or replace function pbdb._cap_row()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_column text;
    v_problem text;
begin
    select e.key, p.problem into v_column, v_problem
    -- Made of what has been capped.
    from jsonb_each(to_jsonb(new) - 'content_search') as e
    cross join lateral (
        select case
            when jsonb_typeof(e.value) = 'string' and octet_length(e.value #>> '{}') > 262144
                then format(
                    'has %s bytes, the limit is 262144', octet_length(e.value #>> '{}')
                )
            when pg_column_size(e.value) > 1048576
                then format('has %s bytes, the limit is 1048576', pg_column_size(e.value))
            else 'is refused: ' || pbdb._value_problem(e.value)
        end as problem
    ) as p
    where p.problem is not null
    limit 1;

    if v_problem is not null then
        raise exception using
            errcode = 'PB014',
            message = format('%s of %s %s', v_column, tg_table_name, v_problem),
            hint = 'Store large content elsewhere and keep a reference; keep long numbers as '
                'texts.';
    end if;
    return new;
end;
$fn$;

comment on function pbdb._cap_row() is
'Trigger: raises PB014 for a row with a text of more than 256 KiB, a value of more than 1 MiB, or '
'one that not every client could read.';

revoke execute on function pbdb._cap_row() from public;
