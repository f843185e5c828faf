-- drop: function pbdb._new_thread(uuid, int)
create or replace function pbdb._new_thread(p_scope_id uuid, p_step int)
returns pbdb.thread
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_thread pbdb.thread;
begin
    v_thread.scope_id := p_scope_id;
    v_thread.step := p_step;
    return v_thread;
end;
$fn$;

comment on function pbdb._new_thread(uuid, int) is
'A place where control stands: in a scope (null: the playbook itself), before a step (null: at the '
'end of the scope).';

revoke execute on function pbdb._new_thread(uuid, int) from public;
