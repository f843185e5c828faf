-- drop: function pbdb._fold_hours(uuid, uuid, xid8, xid8)
create or replace function pbdb._fold_hours(
    p_organization_id uuid, p_playbook_id uuid, p_from xid8, p_to xid8
)
returns void
language sql
volatile
security invoker
begin atomic
    insert into pbdb.playbook_execution_hours as h (
        organization_id, playbook_id, hour, status, duration_class, execution_count,
        duration_sum_ms
    )
    select
        p_organization_id,
        p_playbook_id,
        date_trunc('hour', e.completed_at, 'UTC'),
        e.status,
        pbdb._duration_class(e.duration_ms),
        count(*),
        coalesce(sum(e.duration_ms), 0)
    from pbdb.playbook_executions as e
    where
        e.playbook_id = p_playbook_id
        and e.finished_xid >= p_from and e.finished_xid < p_to
    group by 3, 4, 5
    on conflict (organization_id, playbook_id, hour, status, duration_class) do update
    set
        execution_count = h.execution_count + excluded.execution_count,
        duration_sum_ms = h.duration_sum_ms + excluded.duration_sum_ms;
end;

comment on function pbdb._fold_hours(uuid, uuid, xid8, xid8) is
'Counts the executions of a playbook that transactions from p_from to before p_to finished, by the '
'hour in which they ended. Call it while the roll-up of the playbook is locked.';

revoke execute on function pbdb._fold_hours(uuid, uuid, xid8, xid8) from public;
