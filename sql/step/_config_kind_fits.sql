-- drop: function pbdb._config_kind_fits(jsonb, text[])
create or replace function pbdb._config_kind_fits(p_value jsonb, p_kinds text[])
returns boolean
language sql
immutable
parallel safe
begin atomic
    select
        'any' = any(p_kinds)
        or case jsonb_typeof(p_value)
            when 'string' then 'text' = any(p_kinds)
            or 'path' = any(p_kinds) and p_value #>> '{}' ~ '^\$[^$]'
            when 'number' then 'number' = any(p_kinds)
            or 'integer' = any(p_kinds) and p_value #>> '{}' ~ '^-?\d+$'
            else jsonb_typeof(p_value) = any(p_kinds)
        end
        or 'path' = any(p_kinds) and pbdb._operator_of(p_value) is not null;
end;

comment on function pbdb._config_kind_fits(jsonb, text[]) is
'Whether a config value is of one of the kinds that pbdb._config_keys lists.';

revoke execute on function pbdb._config_kind_fits(jsonb, text[]) from public;
