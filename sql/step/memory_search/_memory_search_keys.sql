-- drop: function pbdb._memory_search_keys()
create or replace function pbdb._memory_search_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "query", "kinds": ["text"], "holds": "resolved",
         "description": "the text; a template. Without it, query of the input"},
        {"key": "embedding", "kinds": ["array", "path"], "holds": "resolved",
         "description": "a vector instead, which no runner needs to make"},
        {"key": "model", "kinds": ["text"],
         "description": "whose vectors; the default model's unless named"},
        {"key": "agent_id", "aliases": ["agentId"], "kinds": ["text"], "holds": "resolved",
         "description": "only that agent's memories"},
        {"key": "limit", "kinds": ["integer"], "lowest": 1, "highest": 1000, "default": 10,
         "description": "how many"},
        {"key": "threshold", "kinds": ["number"], "lowest": -1, "highest": 1,
         "description": "the least similarity; the model's own unless given"},
        {"key": "filter", "kinds": ["object", "path"], "holds": "resolved",
         "description": "what the metadata must contain"},
        {"key": "mode", "kinds": ["text"], "choices": ["vector", "text", "hybrid"],
         "default": "vector",
         "description": "what is compared; text is words alone and needs no runner"}
    ]$keys$::jsonb;
end;

comment on function pbdb._memory_search_keys() is
'What may stand in the config of a MEMORY_SEARCH step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._memory_search_keys() from public;
