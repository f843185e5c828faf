-- drop: function pbdb._conditional_branch_keys()
create or replace function pbdb._conditional_branch_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "branches", "aliases": ["conditions"], "kinds": ["array"], "is_required": true,
         "one_of": "rules",
         "description": "rules; the first that holds decides"},
        {"key": "branches[].name", "kinds": ["any"],
         "description": "what matched says of it; its position from 0 unless given"},
        {"key": "branches[].when", "kinds": ["any"], "holds": "condition",
         "description": "the condition"},
        {"key": "branches[].field", "kinds": ["text"],
         "description": "a path, or a member of the input, instead of when"},
        {"key": "branches[].operator", "kinds": ["text"],
         "description": "how field and value are compared"},
        {"key": "branches[].value", "kinds": ["any"],
         "description": "what field is compared with"},
        {"key": "branches[].type", "kinds": ["text"], "choices": ["simple"],
         "description": "what the original system calls {field, operator, value}"},
        {"key": "branches[].then", "aliases": ["trueBranch", "true_branch"],
         "kinds": ["text", "null"], "holds": "step",
         "description": "the step when it holds"},
        {"key": "branches[].false_branch", "aliases": ["falseBranch"], "kinds": ["text", "null"],
         "holds": "step",
         "description": "the step when none holds, unless there is a default"},
        {"key": "default", "kinds": ["text", "null"], "holds": "step",
         "description": "the step when none holds; in order without it"},
        {"key": "name", "kinds": ["any"], "goes_with": ["operator"],
         "description": "what matched says of it; its position from 0 unless given"},
        {"key": "field", "kinds": ["text"], "goes_with": ["operator"],
         "description": "a path, or a member of the input, when the config itself is one rule"},
        {"key": "operator", "kinds": ["text"], "is_required": true, "one_of": "rules",
         "description": "how field and value are compared"},
        {"key": "value", "kinds": ["any"], "goes_with": ["operator"],
         "description": "what field is compared with"},
        {"key": "type", "kinds": ["text"], "choices": ["simple"], "goes_with": ["operator"],
         "description": "what the original system calls {field, operator, value}"},
        {"key": "then", "aliases": ["trueBranch", "true_branch"], "kinds": ["text", "null"],
         "goes_with": ["operator"], "holds": "step",
         "description": "the step when it holds"},
        {"key": "false_branch", "aliases": ["falseBranch"], "kinds": ["text", "null"],
         "goes_with": ["operator"], "holds": "step",
         "description": "the step when none holds, unless there is a default"}
    ]$keys$::jsonb;
end;

comment on function pbdb._conditional_branch_keys() is
'What may stand in the config of a CONDITIONAL_BRANCH step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._conditional_branch_keys() from public;
