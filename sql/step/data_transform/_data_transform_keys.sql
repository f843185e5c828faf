-- drop: function pbdb._data_transform_keys()
create or replace function pbdb._data_transform_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "output", "kinds": ["any"], "is_required": true, "one_of": "work",
         "holds": "mapping",
         "description": "a mapping: the value"},
        {"key": "operations", "kinds": ["array"], "is_required": true, "one_of": "work",
         "description": "or a list of changes of the input, in order"},
        {"key": "operations[].type", "kinds": ["text"],
         "choices": ["rename", "map", "set", "remove", "merge", "filter", "transform"],
         "description": "what to do"},
        {"key": "operations[].field", "kinds": ["text"],
         "description": "the member of the input that it is done to"},
        {"key": "operations[].new_field", "aliases": ["newField"], "kinds": ["text"],
         "description": "rename: what it is called afterwards"},
        {"key": "operations[].mapping", "kinds": ["object"],
         "description": "map: what each value becomes; others stay"},
        {"key": "operations[].value", "kinds": ["any"], "holds": "mapping",
         "description": "set: the value. merge: the object whose members are added; a mapping"},
        {"key": "operations[].condition", "kinds": ["any"], "holds": "condition",
         "description": "filter: which elements of a list stay"},
        {"key": "operations[].function", "kinds": ["text"],
         "choices": ["uppercase", "lowercase", "trim", "reverse", "length", "parseInt",
                     "parseFloat", "toString", "toJSON", "parseJSON"],
         "description": "transform: what is applied"},
        {"key": "output_format", "aliases": ["outputFormat"], "kinds": ["text"],
         "choices": ["nested", "flat", "array"], "default": "nested",
         "description": "flat: dotted keys; array: {\"items\": [values]}"}
    ]$keys$::jsonb;
end;

comment on function pbdb._data_transform_keys() is
'What may stand in the config of a DATA_TRANSFORM step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._data_transform_keys() from public;
