-- drop: function pbdb._resolve_many(jsonb, jsonb, jsonb, jsonb)
--
-- As pbdb._map_many: counted one by one, put together at once.
create or replace function pbdb._resolve_many(
    p_value jsonb, p_context jsonb, p_variables jsonb, p_options jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_is_object constant boolean := jsonb_typeof(p_value) = 'object';
    v_names text[];
    v_parts jsonb[];
    v_part jsonb;
    v_size bigint := 0;
    v_latest timestamptz := pbdb._latest_end(p_variables);
begin
    if v_is_object then
        select array_agg(m.key), array_agg(m.value) into v_names, v_parts
        from jsonb_each(p_value) as m;
    else
        v_parts := array(select jsonb_array_elements(p_value));
    end if;
    for i in 1 .. cardinality(v_parts) loop
        v_part := pbdb._resolve_value(v_parts[i], p_context, p_variables, p_options);
        v_parts[i] := v_part;
        v_size := v_size + pg_column_size(v_part);
        if v_size > 16777216 then
            perform pbdb._refuse_long_text(v_size);
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

comment on function pbdb._resolve_many(jsonb, jsonb, jsonb, jsonb) is
'An object or array of a config, as pbdb._resolve_value resolves it, for many members. Raises '
'PB016 when they become more than 16777216 bytes.';

revoke execute on function pbdb._resolve_many(jsonb, jsonb, jsonb, jsonb) from public;
