-- drop: function pbdb._diagnose_locks(uuid, uuid)
--
-- A row that one transaction has locked carries its id, and every transaction holds a lock on its
-- own id. Several that share a lock are not told apart here.
create or replace function pbdb._diagnose_locks(p_organization_id uuid, p_execution_id uuid)
returns table (finding text, remedy text)
language sql
volatile
security invoker
begin atomic
select
    format('its rows are locked by the session of process %s', l.pid)
    || case
        when min(a.xact_start) is null then ''
        else format(', in a transaction since %s', min(a.xact_start))
    end,
    format(
        'End that transaction: select * from pg_stat_activity where pid = %s; shows it, select '
        'pg_terminate_backend(%s); ends it.', l.pid, l.pid
    )
from (
    select e.xmax as id
    from pbdb.playbook_executions as e
    where e.organization_id = p_organization_id and e.id = p_execution_id
    union
    select q.xmax
    from pbdb.playbook_ready_steps as q
    where q.organization_id = p_organization_id and q.execution_id = p_execution_id
) as x
inner join pg_catalog.pg_locks as l
    on l.locktype = 'transactionid' and l.transactionid = x.id and l.granted
left join pg_catalog.pg_stat_activity as a on a.pid = l.pid
where l.pid <> pg_backend_pid()
group by l.pid;
end;

comment on function pbdb._diagnose_locks(uuid, uuid) is
'Which session holds rows of an execution that others wait for, since when (where the server lets '
'the caller''s owner see it), and how to end it.';

revoke execute on function pbdb._diagnose_locks(uuid, uuid) from public;
