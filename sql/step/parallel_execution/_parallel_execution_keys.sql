-- drop: function pbdb._parallel_execution_keys()
create or replace function pbdb._parallel_execution_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "for_each", "kinds": ["array", "path"], "holds": "mapping",
         "description": "the items: the body runs for each; without it the branches run"},
        {"key": "max_parallel", "kinds": ["integer"], "lowest": 1, "highest": 1000,
         "description": "how many are open at once; all branches or 100 items unless given"},
        {"key": "join", "kinds": ["text", "object"], "choices": ["all", "any"], "default": "all",
         "description": "how many must succeed"},
        {"key": "join.at_least", "kinds": ["integer"], "lowest": 1, "is_required": true,
         "description": "so many must succeed; the rest is cancelled"},
        {"key": "on_branch_failure", "kinds": ["text"], "choices": ["fail", "continue"],
         "default": "fail",
         "description": "whether one that fails ends the others"}
    ]$keys$::jsonb;
end;

comment on function pbdb._parallel_execution_keys() is
'What may stand in the config of a PARALLEL_EXECUTION step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._parallel_execution_keys() from public;
