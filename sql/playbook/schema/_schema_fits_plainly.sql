-- drop: function pbdb._schema_fits_plainly(jsonb, jsonb)
--
-- The planner inlines this into the loops over members and items, so that most children of a real
-- document are judged without one call of a PL/pgSQL function.
create or replace function pbdb._schema_fits_plainly(p_schema jsonb, p_value jsonb)
returns boolean
language sql
immutable
parallel safe
begin atomic
    select case
        when jsonb_typeof(p_schema) = 'object' then
            p_schema ->> 'type' = jsonb_typeof(p_value)
            and p_schema - '{type,title,description,default,examples,format}'::text[] = '{}'
        else p_schema = 'true'
    end;
end;

comment on function pbdb._schema_fits_plainly(jsonb, jsonb) is
'True when the schema says nothing but a type (and annotations) and the value has it. False or null: ask '
'_schema_node_errors.';

revoke execute on function pbdb._schema_fits_plainly(jsonb, jsonb) from public;
