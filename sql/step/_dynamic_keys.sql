-- drop: function pbdb._dynamic_keys(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._dynamic_keys(p_type pbdb.playbook_step_type, p_config jsonb)
returns text[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select array_agg(entry.key order by entry.key)
    from jsonb_each(p_config) as entry (key, value)
    where
        pbdb._resolved_keys() -> p_type::text ? entry.key
        and exists (
            select
            from jsonb_path_query(
                entry.value, 'strict $.** ? (@.type() == "string")'
            ) as leaf (value)
            where
                starts_with(leaf.value #>> '{}', '$')
                or strpos(
                    leaf.value #>> '{}',
                    case when p_config ->> 'syntax' = 'single_brace' then '{' else '{{' end
                ) > 0
        );
end;

comment on function pbdb._dynamic_keys(pbdb.playbook_step_type, jsonb) is
'The keys of a canonical config that hold a path or a template, so that the engine must resolve '
'them before a handler gets the config; null when the config is static.';

revoke execute on function pbdb._dynamic_keys(pbdb.playbook_step_type, jsonb) from public;
