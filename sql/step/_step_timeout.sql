-- drop: function pbdb._step_timeout(pbdb.playbook_step_type, int, jsonb)
create or replace function pbdb._step_timeout(
    p_type pbdb.playbook_step_type, p_timeout_seconds int, p_config jsonb
)
returns int
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        p_timeout_seconds,
        case
            when jsonb_typeof(p_config -> 'timeout_seconds') = 'number'
                and facts.config_keys @? '$[*].key ? (@ == "timeout_seconds")'
                then least(ceil((p_config ->> 'timeout_seconds')::numeric), 2592000)::int
        end,
        facts.default_timeout_seconds
    )
    from pbdb.step_types() as facts
    where facts.step_type = p_type;
end;

comment on function pbdb._step_timeout(pbdb.playbook_step_type, int, jsonb) is
'Seconds that a step may take: its own timeout_seconds, else that of its canonical config where '
'the type has that key, else the default of its type; null is no limit.';

revoke execute on function pbdb._step_timeout(pbdb.playbook_step_type, int, jsonb) from public;
