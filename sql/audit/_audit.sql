-- drop: function pbdb._audit(uuid, text, uuid, text, text, jsonb)
create or replace function pbdb._audit(
    p_organization_id uuid,
    p_action text,
    p_object_id uuid,
    p_object_name text,
    p_reason text default null,
    p_details jsonb default null
)
returns void
language sql
volatile
security invoker
begin atomic
    insert into pbdb.playbook_audit (
        organization_id, actor, login, request_id, action, object_id, object_name, reason, details
    )
    values (
        p_organization_id, pbdb.current_actor(), session_user,
        nullif(current_setting('pbdb.request_id', true), ''), p_action, p_object_id,
        left(p_object_name, 255), left(p_reason, 10000), p_details
    );
end;

comment on function pbdb._audit(uuid, text, uuid, text, text, jsonb) is
'Keeps who did what to which object, in the transaction that does it.';

revoke execute on function pbdb._audit(uuid, text, uuid, text, text, jsonb) from public;
