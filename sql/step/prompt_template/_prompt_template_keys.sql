-- drop: function pbdb._prompt_template_keys()
create or replace function pbdb._prompt_template_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "template", "kinds": ["text", "array"], "is_required": true, "one_of": "template",
         "holds": "template",
         "description": "a text, or a list of messages, which also gives messages"},
        {"key": "template[].role", "kinds": ["text"],
         "description": "whose words they are"},
        {"key": "template[].content", "kinds": ["text"], "holds": "template",
         "description": "the words"},
        {"key": "template_name", "kinds": ["text"], "is_required": true, "one_of": "template",
         "description": "a stored prompt template, as it is when the playbook is activated"},
        {"key": "template_version", "kinds": ["integer"], "lowest": 1,
         "goes_with": ["template_name"],
         "description": "its version; the newest unless given"},
        {"key": "variables", "kinds": ["object", "path"], "holds": "mapping",
         "description": "a mapping; the input lies over it"},
        {"key": "missing", "kinds": ["text"], "choices": ["error", "empty"], "default": "error",
         "description": "what a name without a value is"},
        {"key": "syntax", "kinds": ["text"], "choices": ["mustache", "single_brace"],
         "default": "mustache",
         "description": "single_brace: {name} and {a.b} instead of {{ name }}"}
    ]$keys$::jsonb;
end;

comment on function pbdb._prompt_template_keys() is
'What may stand in the config of a PROMPT_TEMPLATE step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._prompt_template_keys() from public;
