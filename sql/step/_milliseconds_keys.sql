-- drop: function pbdb._milliseconds_keys()
create or replace function pbdb._milliseconds_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select jsonb_object_agg(
        facts.step_type, jsonb_build_array(known.milliseconds_key, known.name)
    )
    from pbdb.step_types() as facts
    cross join lateral pbdb.step_config_keys(facts.step_type) as known
    where known.milliseconds_key is not null;
end;

comment on function pbdb._milliseconds_keys() is
'The config key that is in milliseconds and the one in seconds that it stands for: {step type: '
'[timeout, timeout_seconds]}.';

revoke execute on function pbdb._milliseconds_keys() from public;
