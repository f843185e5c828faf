-- drop: function pbdb._resolve_request(jsonb, jsonb, jsonb)
create or replace function pbdb._resolve_request(p_step jsonb, p_input jsonb, p_variables jsonb)
returns jsonb
language sql
immutable
security invoker
begin atomic
select (
    select coalesce(jsonb_object_agg(c.key, c.value), '{}')
    from jsonb_each(
        pbdb._resolve_config(
            p_step -> 'config',
            array(select jsonb_array_elements_text(p_step -> 'dynamic_keys')),
            case when jsonb_typeof(p_input) = 'object' then p_input else '{}' end,
            p_variables
        )
    ) as c
    where p_step -> 'dynamic_keys' ? c.key
);
end;

comment on function pbdb._resolve_request(jsonb, jsonb, jsonb) is
'The keys of a step''s config that hold paths or templates, resolved; what the handler gets over '
'the static config.';

revoke execute on function pbdb._resolve_request(jsonb, jsonb, jsonb) from public;
