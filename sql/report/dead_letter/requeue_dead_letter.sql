-- drop: function pbdb.requeue_dead_letter(uuid)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.requeue_dead_letter(p_execution_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._require_dead_letter(p_execution_id);
    perform pbdb.retry_playbook_execution(p_execution_id);
end;
$fn$;

comment on function pbdb.requeue_dead_letter(uuid) is
'Runs a dead letter again from the step that failed, with all its attempts; completed work is '
'kept. Raises PB004, and PB008 when it is no dead letter (any more), so that two operators do not '
'requeue it twice.';

revoke execute on function pbdb.requeue_dead_letter(uuid) from public;
grant execute on function pbdb.requeue_dead_letter(uuid) to pbdb_app;
