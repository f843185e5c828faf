-- drop: function pbdb._filled_input(jsonb, jsonb)
create or replace function pbdb._filled_input(p_program jsonb, p_input jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if (p_program ->> 'has_defaults')::boolean then
        return pbdb._with_defaults(p_program -> 'input_schema', p_input);
    end if;
    return p_input;
end;
$fn$;

comment on function pbdb._filled_input(jsonb, jsonb) is
'The input of an execution with the defaults of the playbook''s input_schema.';

revoke execute on function pbdb._filled_input(jsonb, jsonb) from public;
