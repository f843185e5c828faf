-- drop: function pbdb._database_query_keys()
create or replace function pbdb._database_query_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "query", "kinds": ["text"], "is_required": true,
         "description": "one statement with $1 … $20, which are text: cast them, $1::int"},
        {"key": "params", "kinds": ["array"], "holds": "resolved",
         "description": "their values: paths or literals; lists and objects are JSON"},
        {"key": "max_rows", "kinds": ["integer"], "lowest": 1, "highest": 10000, "unit": "rows",
         "default": 1000,
         "description": "more than these set truncated"},
        {"key": "mode", "kinds": ["text"], "choices": ["read", "write"], "default": "read",
         "description": "read: the transaction is read only; write: a statement with returning"}
    ]$keys$::jsonb;
end;

comment on function pbdb._database_query_keys() is
'What may stand in the config of a DATABASE_QUERY step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._database_query_keys() from public;
