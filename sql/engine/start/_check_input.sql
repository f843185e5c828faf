-- drop: function pbdb._check_input(jsonb, jsonb)
create or replace function pbdb._check_input(p_program jsonb, p_input jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_errors jsonb := '[]';
begin
    if p_input is null then
        raise exception using
            errcode = 'PB006',
            message = format('the input of playbook "%s" is null', p_program ->> 'name'),
            hint = 'Pass a JSON object; {} when the playbook needs nothing.';
    end if;
    perform pbdb._check_value(format('input of playbook "%s"', p_program ->> 'name'), p_input);
    if jsonb_typeof(p_program -> 'input_schema') in ('object', 'boolean') then
        v_errors := pbdb._schema_errors(p_program -> 'input_schema', p_input);
    end if;
    if v_errors <> '[]' then
        raise exception using
            errcode = 'PB006',
            message = pbdb._schema_message(
                format('input of playbook "%s"', p_program ->> 'name'), v_errors
            ),
            detail = v_errors::text,
            hint = 'Change the input, or the input_schema in a new version of the playbook.';
    end if;
end;
$fn$;

comment on function pbdb._check_input(jsonb, jsonb) is
'Raises PB006 when an input does not fit the playbook''s input_schema, PB014 when it is too '
'large, too deep, or has a number of too many digits.';

revoke execute on function pbdb._check_input(jsonb, jsonb) from public;
