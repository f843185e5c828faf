-- drop: function pbdb._something_is_overdue()
--
-- The time stands in a subquery: as a volatile function it could not bound an index scan, and every
-- claim would read all open executions.
create or replace function pbdb._something_is_overdue()
returns boolean
language sql
stable
security invoker
begin atomic
select
    exists (
        select from pbdb.playbook_ready_steps as q
        where q.state in ('LEASED', 'WAITING') and q.due_at <= (select clock_timestamp())
    )
    or exists (
        select from pbdb.playbook_ready_steps as q
        where q.handler = '@engine' and q.state = 'READY' and q.due_at <= (select clock_timestamp())
    )
    or exists (
        select from pbdb.playbook_executions as e
        where e.status in ('PENDING', 'RUNNING') and e.deadline_at <= (select clock_timestamp())
    );
end;

comment on function pbdb._something_is_overdue() is
'True when a sweep would find a lease, wait, engine step or execution whose time has come. Three '
'index probes.';

revoke execute on function pbdb._something_is_overdue() from public;
