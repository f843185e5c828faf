-- drop: function pbdb._lease_family(text, text[], int, int, uuid)
--
-- A loop, because each step is leased by its id; a family has few that are due at a time.
create or replace function pbdb._lease_family(
    p_worker text, p_handlers text[], p_limit int, p_lease_seconds int, p_root_execution_id uuid
)
returns setof pbdb.claimed_step
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_handlers text[] := array(select h from pbdb._handlers_with_work(p_handlers) as h);
    v_due record;
begin
    for v_due in
        select q.result_id, q.handler
        from pbdb.playbook_executions as e
        inner join pbdb.playbook_ready_steps as q
            on q.organization_id = e.organization_id and q.execution_id = e.id
        where
            (e.id = p_root_execution_id or e.root_execution_id = p_root_execution_id)
            and q.handler = any(v_handlers) and q.state = 'READY'
            and q.due_at <= clock_timestamp()
        order by q.due_at
        limit p_limit
        for update of q skip locked
    loop
        return query
        select s.*
        from pbdb._lease_step(v_due.result_id, p_worker, v_due.handler, p_lease_seconds) as s;
    end loop;
end;
$fn$;

comment on function pbdb._lease_family(text, text[], int, int, uuid) is
'Leases due steps of one execution and of all that were called from it, oldest first.';

revoke execute on function pbdb._lease_family(text, text[], int, int, uuid) from public;
