-- drop: function pbdb._check_value(text, jsonb)
create or replace function pbdb._check_value(p_what text, p_value jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text := case
        when pg_column_size(p_value) > pbdb._output_limit()
            then format(
                'is %s bytes, the limit is %s', pg_column_size(p_value), pbdb._output_limit()
            )
        else 'is refused: ' || pbdb._value_problem(p_value)
    end;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'PB014',
            message = format('the %s %s', p_what, v_problem),
            hint = 'Store large content elsewhere and pass a reference; pass long numbers as '
                'texts. pbdb.max_output_bytes sets the limit of bytes.';
    end if;
end;
$fn$;

comment on function pbdb._check_value(text, jsonb) is
'Raises PB014 for a value that a caller passes and that is too large, too deep, or has a number of '
'too many digits.';

revoke execute on function pbdb._check_value(text, jsonb) from public;
