-- drop: function pbdb._on_lost(pbdb.playbook_step_type, jsonb)
create or replace function pbdb._on_lost(p_type pbdb.playbook_step_type, p_config jsonb)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        case when facts.runs_in = 'runner' then p_config ->> 'on_lost' end,
        case
            when facts.on_lost <> 'request' then facts.on_lost
            when pbdb._may_be_sent_twice(p_config) then 'retry'
            else 'fail'
        end
    )
    from pbdb.step_types() as facts
    where facts.step_type = p_type;
end;

comment on function pbdb._on_lost(pbdb.playbook_step_type, jsonb) is
'What to do when nobody knows whether an attempt of a step had its effect: retry, fail or wait; '
'null for a step that cannot vanish. From the config of a runner''s step, else from its type. What '
'the database does itself is undone when it vanishes.';

revoke execute on function pbdb._on_lost(pbdb.playbook_step_type, jsonb) from public;
