-- drop: function pbdb._resolved_keys()
create or replace function pbdb._resolved_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select jsonb_object_agg(type.step_type, type.names)
    from (
        select facts.step_type, jsonb_agg(known.name order by known.name) as names
        from pbdb.step_types() as facts
        cross join lateral pbdb.step_config_keys(facts.step_type) as known
        where known.holder = '' and known.holds = 'resolved'
        group by facts.step_type
    ) as type;
end;

comment on function pbdb._resolved_keys() is
'The config keys under which paths and templates are resolved before anybody gets the config: '
'{step type: [key]}.';

revoke execute on function pbdb._resolved_keys() from public;
