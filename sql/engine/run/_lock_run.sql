-- drop: function pbdb._lock_run(uuid)
--
-- The one order of locks: the root of a family of executions first, then this one. Everybody who
-- changes an execution comes through here, so nobody waits in a circle. Null when it does not
-- exist.
create or replace function pbdb._lock_run(p_execution_id uuid)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_root_id uuid;
begin
    select e.root_execution_id into v_root_id
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    if v_root_id is not null then
        perform from pbdb.playbook_executions as e where e.id = v_root_id for update;
    end if;

    perform from pbdb.playbook_executions as e where e.id = p_execution_id for update;
    return pbdb._load_run(p_execution_id);
end;
$fn$;

comment on function pbdb._lock_run(uuid) is
'Locks an execution (after the root of its family) and gives it for work; null when there is none.';

revoke execute on function pbdb._lock_run(uuid) from public;
