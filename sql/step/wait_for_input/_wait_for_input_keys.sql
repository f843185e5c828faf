-- drop: function pbdb._wait_for_input_keys()
create or replace function pbdb._wait_for_input_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "prompt", "kinds": ["text"], "holds": "resolved",
         "description": "what to tell the person; a template"},
        {"key": "schema", "kinds": ["object", "boolean"], "holds": "schema",
         "description": "what an answer must look like; a JSON Schema"},
        {"key": "assignees", "kinds": ["array", "text"], "holds": "resolved",
         "description": "who may answer: ids, or a path to them; anybody unless given"},
        {"key": "answers", "kinds": ["integer"], "lowest": 1, "highest": 1000, "default": 1,
         "description": "how many answers to wait for; several are a list in the output"},
        {"key": "data", "kinds": ["any"], "holds": "resolved",
         "description": "for whoever shows the prompt"},
        {"key": "event", "kinds": ["text"], "one_of": "time", "holds": "resolved",
         "description": "wait for emit_playbook_event(event, payload), not for a person"},
        {"key": "match", "kinds": ["object", "path"], "goes_with": ["event"], "holds": "resolved",
         "description": "what the payload must contain"},
        {"key": "for", "kinds": ["text", "number"], "lowest": 0, "unit": "seconds",
         "one_of": "time", "holds": "resolved",
         "description": "wait for so long: seconds, or an interval such as \"3 days\""},
        {"key": "until", "kinds": ["text"], "one_of": "time", "holds": "resolved",
         "description": "wait until then, such as 2030-01-31T09:00:00+01:00"},
        {"key": "timeout_seconds", "kinds": ["number"], "lowest": 1, "highest": 2592000,
         "unit": "seconds",
         "description": "how long to wait; then WAIT_TIMEOUT, and the failure path"}
    ]$keys$::jsonb;
end;

comment on function pbdb._wait_for_input_keys() is
'What may stand in the config of a WAIT_FOR_INPUT step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._wait_for_input_keys() from public;
