-- drop: function pbdb.cancel_playbook_executions(uuid[], text)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.cancel_playbook_executions(
    p_execution_ids uuid[], p_reason text default null
)
returns table (execution_id uuid, outcome text, code text, message text, hint text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select s.* from pbdb._steer_each('cancel', p_execution_ids, p_reason) as s;
end;
$fn$;

comment on function pbdb.cancel_playbook_executions(uuid[], text) is
'cancel_playbook_execution for many, a row each. '
'Outcome done, or refused with code, message and hint of what it raises: what is '
'refused changes nothing and does not stop the others. In the order of ids, each once. Raises '
'PB001, and PB017 for more than 500 ids.';

revoke execute on function pbdb.cancel_playbook_executions(uuid[], text) from public;
grant execute on function pbdb.cancel_playbook_executions(uuid[], text) to pbdb_app;
