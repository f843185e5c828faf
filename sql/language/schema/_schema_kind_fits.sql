-- drop: function pbdb._schema_kind_fits(text, jsonb)
create or replace function pbdb._schema_kind_fits(p_kind text, p_value jsonb)
returns boolean
language sql
immutable
parallel safe
begin atomic
    select coalesce(
        case p_kind
            when 'schema list' then jsonb_typeof(p_value) = 'array' and p_value <> '[]'
            when 'schema map' then jsonb_typeof(p_value) = 'object'
            when 'text map' then jsonb_typeof(p_value) = 'object'
                and not p_value @? 'strict $.* ? (@.type() != "array")'
                and not p_value @? 'strict $.*[*] ? (@.type() != "string")'
            when 'text list' then jsonb_typeof(p_value) = 'array'
                and not p_value @? 'strict $[*] ? (@.type() != "string")'
            when 'types' then
                case jsonb_typeof(p_value)
                    when 'string' then jsonb_build_array(p_value)
                    when 'array' then nullif(p_value, '[]')
                end <@ '["string", "number", "integer", "boolean", "object", "array", "null"]'
            when 'count' then jsonb_typeof(p_value) = 'number' and p_value >= '0'
                and not p_value @? '$ ? (@ % 1 != 0)'
            when 'number' then jsonb_typeof(p_value) = 'number'
            when 'positive number' then jsonb_typeof(p_value) = 'number' and p_value > '0'
            when 'boolean' then jsonb_typeof(p_value) = 'boolean'
            when 'array' then jsonb_typeof(p_value) = 'array'
            when 'schema' then true
            when 'anything' then true
            when 'unsupported' then true
            else jsonb_typeof(p_value) = 'string'
        end,
        false
    );
end;

comment on function pbdb._schema_kind_fits(text, jsonb) is
'Whether a keyword of this kind (see _schema_keywords) may have this value; for a kind that is '
'text, whether it is text at all.';

revoke execute on function pbdb._schema_kind_fits(text, jsonb) from public;
