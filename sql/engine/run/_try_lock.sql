-- drop: function pbdb._try_lock(uuid)
create or replace function pbdb._try_lock(p_execution_id uuid)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_root_id uuid;
begin
    select coalesce(e.root_execution_id, e.id) into v_root_id
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    perform from pbdb.playbook_executions as e where e.id = v_root_id for update skip locked;
    if not found then
        return false;
    end if;
    perform from pbdb.playbook_executions as e where e.id = p_execution_id for update skip locked;
    return found;
end;
$fn$;

comment on function pbdb._try_lock(uuid) is
'Locks an execution and the root of its family without waiting; false when somebody holds one of '
'them.';

revoke execute on function pbdb._try_lock(uuid) from public;
