-- drop: function pbdb._refuse_value(text, jsonb)
create or replace function pbdb._refuse_value(p_what text, p_value jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text := pbdb._value_problem(p_value);
begin
    if v_problem is not null then
        raise exception using
            errcode = 'PB015',
            message = format('the step''s %s cannot be kept: %s', p_what, v_problem),
            hint = 'Keep long numbers as texts, and let loops not nest what they made before.';
    end if;
end;
$fn$;

comment on function pbdb._refuse_value(text, jsonb) is
'Raises PB015, which fails the step, for a value made of others that not every client could read.';

revoke execute on function pbdb._refuse_value(text, jsonb) from public;
