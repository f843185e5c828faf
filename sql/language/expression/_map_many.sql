-- drop: function pbdb._map_many(jsonb, jsonb)
--
-- One by one, so that what it becomes is counted before it is put together: a thousand members may
-- each name the whole input. Put together at once, because each assignment would copy it.
create or replace function pbdb._map_many(p_mapping jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_is_object constant boolean := jsonb_typeof(p_mapping) = 'object';
    v_names text[];
    v_parts jsonb[];
    v_part jsonb;
    v_size bigint := 0;
    v_latest timestamptz := pbdb._latest_end(p_variables);
begin
    if v_is_object then
        select array_agg(m.key), array_agg(m.value) into v_names, v_parts
        from jsonb_each(p_mapping) as m;
    else
        v_parts := array(select jsonb_array_elements(p_mapping));
    end if;
    for i in 1 .. cardinality(v_parts) loop
        v_part := pbdb._map(v_parts[i], p_variables);
        v_parts[i] := v_part;
        v_size := v_size + pg_column_size(v_part);
        if v_size > 16777216 then
            perform pbdb._refuse_large_value(v_size);
        end if;
        if clock_timestamp() > v_latest then
            perform pbdb._refuse_late(v_latest);
        end if;
    end loop;
    if v_is_object then
        return (
            select jsonb_object_agg(m.name, m.value)
            from unnest(v_names, v_parts) as m (name, value)
        );
    end if;
    return to_jsonb(v_parts);
end;
$fn$;

comment on function pbdb._map_many(jsonb, jsonb) is
'An object or array of a mapping, as pbdb._map maps it, for many members. Raises PB015 when they '
'become more than 16777216 bytes.';

revoke execute on function pbdb._map_many(jsonb, jsonb) from public;
