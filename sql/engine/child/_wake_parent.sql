-- drop: function pbdb._wake_parent(uuid)
create or replace function pbdb._wake_parent(p_result_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    update pbdb.playbook_ready_steps as q
    set waits_for = 'ENGINE', state = 'READY', due_at = clock_timestamp()
    from pbdb.playbook_step_results as r
    where
        r.id = p_result_id and q.organization_id = r.organization_id
        and q.execution_id = r.execution_id and q.result_id = r.id
        and q.waits_for = 'CHILD';
    if found then
        perform pbdb._wake_runners();
    end if;
end;
$fn$;

comment on function pbdb._wake_parent(uuid) is
'Queues the step of the parent execution that waits for a child; part of the child''s last '
'transaction. The parent is not in memory then.';

revoke execute on function pbdb._wake_parent(uuid) from public;
