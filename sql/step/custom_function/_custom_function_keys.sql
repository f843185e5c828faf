-- drop: function pbdb._custom_function_keys()
create or replace function pbdb._custom_function_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "function", "aliases": ["functionName"], "kinds": ["text"], "is_required": true,
         "one_of": "work",
         "description": "a registered function"},
        {"key": "code", "kinds": ["text"], "is_required": true, "one_of": "work",
         "description": "or an author's code, which runs in a sandbox"},
        {"key": "language", "kinds": ["text"], "choices": ["javascript", "typescript"],
         "default": "javascript", "goes_with": ["code"],
         "description": "what the code is written in"},
        {"key": "playbook", "kinds": ["text"], "is_required": true, "one_of": "work",
         "description": "or a playbook, by name, which runs in the engine"},
        {"key": "version", "kinds": ["integer"], "lowest": 1, "goes_with": ["playbook"],
         "description": "its version; the newest ACTIVE one unless given"},
        {"key": "parameters", "kinds": ["object", "path"], "holds": "resolved",
         "description": "values that the input is laid over"},
        {"key": "limits", "kinds": ["object"], "goes_with": ["code"],
         "description": "of the code; lower than the runner's"},
        {"key": "limits.memory_mb", "kinds": ["number"], "lowest": 1, "unit": "MB",
         "description": "what it may use"},
        {"key": "limits.timeout_seconds", "kinds": ["number"], "lowest": 0.001, "unit": "seconds",
         "description": "how long it may take"},
        {"key": "on_lost", "kinds": ["text"], "choices": ["retry", "fail", "wait"],
         "default": "retry", "goes_with": ["function", "code"],
         "description": "what to do when its runner vanished; wait asks a person"}
    ]$keys$::jsonb;
end;

comment on function pbdb._custom_function_keys() is
'What may stand in the config of a CUSTOM_FUNCTION step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._custom_function_keys() from public;
