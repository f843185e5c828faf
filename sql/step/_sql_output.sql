-- drop: function pbdb._sql_output(text, uuid, jsonb, jsonb, real[])
create or replace function pbdb._sql_output(
    p_type text, p_organization_id uuid, p_config jsonb, p_input jsonb, p_embedding real[]
)
returns jsonb
language sql
volatile
security invoker
begin atomic
    select case p_type
        when 'DATABASE_QUERY' then pbdb._run_database_query(p_organization_id, p_config)
        when 'MEMORY_SEARCH' then pbdb._run_memory_search(
            p_organization_id, p_config, p_input, p_embedding
        )
    end;
end;

comment on function pbdb._sql_output(text, uuid, jsonb, jsonb, real[]) is
'The output of a claimed step whose type runs in sql. Raises what the work of the type raises.';

revoke execute on function pbdb._sql_output(text, uuid, jsonb, jsonb, real[]) from public;
