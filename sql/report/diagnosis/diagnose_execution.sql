-- drop: function pbdb.diagnose_execution(uuid)
--
-- Definer: what an execution waits for stands in tables that apps may not read.
create or replace function pbdb.diagnose_execution(p_execution_id uuid)
returns table (finding text, remedy text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_execution pbdb.playbook_executions;
begin
    select e.* into v_execution
    from pbdb.playbook_executions as e
    where e.id = p_execution_id
        and (
            e.organization_id = pbdb.current_organization_id()
            or pg_has_role(session_user, 'pbdb_monitor', 'MEMBER')
        );
    if not found then
        raise exception using
            errcode = 'PB004',
            message = format('there is no execution %s', coalesce(p_execution_id::text, 'null')),
            hint = 'Set the organization it belongs to, or ask as a member of pbdb_monitor.';
    end if;

    return query select d.finding, d.remedy from pbdb._diagnose_status(v_execution) as d;
    return query
    select d.finding, d.remedy
    from pbdb._diagnose_locks(v_execution.organization_id, p_execution_id) as d;
    return query select d.finding, d.remedy from pbdb._diagnose_setbacks(v_execution) as d;
    return query
    select d.finding, d.remedy
    from pbdb.playbook_ready_steps as q
    inner join pbdb.playbook_step_results as r on r.id = q.result_id
    inner join pbdb.playbook_steps as s on s.id = r.step_id
    cross join lateral pbdb._diagnose_step(q, r, s.step_name) as d
    where
        q.organization_id = v_execution.organization_id and q.execution_id = p_execution_id
        and v_execution.completed_at is null
    order by q.due_at
    limit 50;
    return query
    select
        f.violation || ': ' || f.detail,
        'This is a fault of the engine: keep a copy of the rows and report it.'
    from pbdb.fsck() as f
    where f.execution_id = p_execution_id;
end;
$fn$;

comment on function pbdb.diagnose_execution(uuid) is
'Why an execution does not move, in words, and the call that moves it; a row for its state, for '
'each session that holds its rows, for each turn that failed, for each step that is queued, leased '
'or waiting (at most 50), and for each broken invariant. Raises PB004.';

revoke execute on function pbdb.diagnose_execution(uuid) from public;
grant execute on function pbdb.diagnose_execution(uuid) to pbdb_app, pbdb_monitor;
