-- drop: function pbdb.requeue_dead_letters(uuid[])
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.requeue_dead_letters(
    p_execution_ids uuid[]
)
returns table (execution_id uuid, outcome text, code text, message text, hint text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select s.* from pbdb._steer_each('requeue', p_execution_ids, null) as s;
end;
$fn$;

comment on function pbdb.requeue_dead_letters(uuid[]) is
'requeue_dead_letter for many, a row each. '
'Outcome done, or refused with code, message and hint of what it raises: what is '
'refused changes nothing and does not stop the others. In the order of ids, each once. Raises '
'PB001, and PB017 for more than 500 ids.';

revoke execute on function pbdb.requeue_dead_letters(uuid[]) from public;
grant execute on function pbdb.requeue_dead_letters(uuid[]) to pbdb_app;
