-- drop: function pbdb._reset_roll_up(uuid, uuid)
create or replace function pbdb._reset_roll_up(p_organization_id uuid, p_playbook_id uuid)
returns void
language sql
volatile
security invoker
begin atomic
    update pbdb.playbook_execution_rollups as r
    set
        horizon = '0',
        finished_count = 0,
        completed_count = 0,
        failed_count = 0,
        timed_count = 0,
        duration_sum_ms = 0,
        last_created_at = null,
        last_completed_at = null,
        is_last_created_exact = true,
        is_last_completed_exact = true
    where r.organization_id = p_organization_id and r.playbook_id = p_playbook_id;
    delete from pbdb.playbook_execution_hours as h
    where h.organization_id = p_organization_id and h.playbook_id = p_playbook_id;
end;

comment on function pbdb._reset_roll_up(uuid, uuid) is
'Empties a roll-up, so that the next ones count from the beginning. For roll-ups that came from '
'another cluster, whose transaction numbers mean nothing here.';

revoke execute on function pbdb._reset_roll_up(uuid, uuid) from public;
