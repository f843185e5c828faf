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
            case p_schema ->> 'type'
                when jsonb_typeof(p_value) then true
                when 'integer' then jsonb_typeof(p_value) = 'number' and p_value::numeric % 1 = 0
                else not p_schema ? 'type'
            end
            and p_schema - '{type,enum,title,description,default,examples,format}'::text[] = '{}'
            and (
                not p_schema ? 'enum'
                -- containment is equality for a scalar, not for the others
                or p_schema -> 'enum' @> p_value
                and jsonb_typeof(p_value) not in ('object', 'array')
            )
        else p_schema = 'true'
    end;
end;

comment on function pbdb._schema_fits_plainly(jsonb, jsonb) is
'True when the schema says nothing but a type and an enum (and annotations) and the value fits. '
'False: ask _schema_node_errors.';

revoke execute on function pbdb._schema_fits_plainly(jsonb, jsonb) from public;
