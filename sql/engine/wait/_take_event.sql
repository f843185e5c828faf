-- drop: function pbdb._take_event(text, jsonb, pbdb.playbook_step_results)
create or replace function pbdb._take_event(
    p_event_name text, p_match jsonb, p_attempt pbdb.playbook_step_results
)
returns jsonb
language sql
volatile
security invoker
begin atomic
with candidate as materialized (
    select e.id, e.payload
    from pbdb.playbook_events as e
    where
        e.organization_id = p_attempt.organization_id and e.event_name = p_event_name
        and e.expires_at > clock_timestamp() and e.payload @> p_match
        and not exists (
            select from pbdb.playbook_event_receipts as r
            where
                r.organization_id = e.organization_id and r.event_id = e.id
                and r.execution_id = p_attempt.execution_id and r.step_id = p_attempt.step_id
                and r.scope_id is not distinct from p_attempt.scope_id
        )
    order by e.id
    limit 1
)
select c.payload from candidate as c where pbdb._note_receipt(c.id, p_attempt);
end;

comment on function pbdb._take_event(text, jsonb, pbdb.playbook_step_results) is
'Takes the oldest kept event that a wait matches and that its step has not had in this scope, and '
'gives its payload; null when there is none.';

revoke execute on function pbdb._take_event(
    text, jsonb, pbdb.playbook_step_results
) from public;
