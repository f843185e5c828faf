-- drop: function pbdb._note_receipt(uuid, pbdb.playbook_step_results)
create or replace function pbdb._note_receipt(
    p_event_id uuid, p_attempt pbdb.playbook_step_results
)
returns boolean
language sql
volatile
security invoker
begin atomic
with noted as (
    insert into pbdb.playbook_event_receipts (
        organization_id, event_id, execution_id, step_id, scope_id, purge_at
    )
    select
        e.organization_id, e.id, p_attempt.execution_id, p_attempt.step_id, p_attempt.scope_id,
        e.purge_at
    from pbdb.playbook_events as e
    where e.organization_id = p_attempt.organization_id and e.id = p_event_id
    on conflict do nothing
    returning event_id
)
select count(*) > 0 from noted;
end;

comment on function pbdb._note_receipt(uuid, pbdb.playbook_step_results) is
'Notes that the step and scope of an attempt take an event; false when they have had it, or when '
'it is gone.';

revoke execute on function pbdb._note_receipt(uuid, pbdb.playbook_step_results) from public;
