-- drop: function pbdb._types_holding(text)
create or replace function pbdb._types_holding(p_holds text)
returns pbdb.playbook_step_type[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(array_agg(facts.step_type order by facts.step_type), '{}')
    from pbdb.step_types() as facts
    where jsonb_path_exists(
        facts.config_keys, '$[*].holds ? (@ == $holds)', jsonb_build_object('holds', p_holds)
    );
end;

comment on function pbdb._types_holding(text) is
'The step types whose config has a key that holds this: step for those that choose where control '
'goes, schema for those that carry a JSON Schema.';

revoke execute on function pbdb._types_holding(text) from public;
