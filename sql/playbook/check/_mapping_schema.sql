-- drop: function pbdb._mapping_schema(jsonb)
create or replace function pbdb._mapping_schema(p_mapping jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
    select case
        when jsonb_typeof(p_mapping) <> 'object' or pbdb._operator_of(p_mapping) is not null
            then '{}'::jsonb
        else jsonb_build_object(
            'additionalProperties', false,
            'properties', coalesce((
                select jsonb_object_agg(member.key, pbdb._mapping_schema(member.value))
                from jsonb_each(p_mapping) as member
            ), '{}')
        )
    end;
$fn$;

comment on function pbdb._mapping_schema(jsonb) is
'A JSON Schema of what a mapping gives: its objects have the members that are written and no '
'others, what paths bring in may be anything.';

revoke execute on function pbdb._mapping_schema(jsonb) from public;
