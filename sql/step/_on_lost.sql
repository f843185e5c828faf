-- drop: function pbdb._on_lost(jsonb, pbdb.playbook_step_results)
create or replace function pbdb._on_lost(p_step jsonb, p_attempt pbdb.playbook_step_results)
returns text
language sql
immutable
security invoker
begin atomic
select coalesce(
    p_step -> 'config' ->> 'on_lost',
    case
        when p_step ->> 'type' = 'API_CALL'
            and upper(coalesce(p_step -> 'config' ->> 'method', 'GET')) in ('POST', 'PATCH')
            and not coalesce((p_step -> 'config' ->> 'idempotent')::boolean, false)
            then 'fail'
        else 'retry'
    end
);
end;

comment on function pbdb._on_lost(jsonb, pbdb.playbook_step_results) is
'What to do when nobody knows whether an attempt had its effect: retry, fail or wait. From '
'the step''s config; by default fail for API_CALL with POST or PATCH that is not marked '
'idempotent, else retry.';

revoke execute on function pbdb._on_lost(jsonb, pbdb.playbook_step_results) from public;
