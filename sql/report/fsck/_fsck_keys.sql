-- drop: function pbdb._fsck_keys()
create or replace function pbdb._fsck_keys()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'the idempotency key of an execution does not lead to it', e.organization_id, e.id,
        null::uuid, format('key "%s" leads to %s', e.idempotency_key, k.execution_id)
    from pbdb.playbook_executions as e
    left join pbdb.playbook_idempotency_keys as k
        on k.organization_id = e.organization_id and k.idempotency_key = e.idempotency_key
    where e.idempotency_key is not null and k.execution_id is distinct from e.id
    union all
    select
        'an idempotency key leads to an execution that was not started with it',
        k.organization_id, e.id, null, format('key "%s"', k.idempotency_key)
    from pbdb.playbook_idempotency_keys as k
    inner join pbdb.playbook_executions as e
        on e.organization_id = k.organization_id and e.id = k.execution_id
    where e.idempotency_key is distinct from k.idempotency_key;
end;

comment on function pbdb._fsck_keys() is
'Violations between executions and the idempotency keys that started them.';

revoke execute on function pbdb._fsck_keys() from public;
