-- drop: function pbdb._refuse_operand(text, jsonb, text)
create or replace function pbdb._refuse_operand(p_operator text, p_value jsonb, p_wanted text)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    raise exception using
        errcode = 'PB015',
        message = format('%s takes %s, not %s', p_operator, p_wanted, left(p_value::text, 200)),
        hint = 'Look at what its paths give; {"$default": [path, value]} stands in for null.';
end;
$fn$;

comment on function pbdb._refuse_operand(text, jsonb, text) is
'Raises PB015: an operator of a mapping was given something else than it takes.';

revoke execute on function pbdb._refuse_operand(text, jsonb, text) from public;
