-- drop: function pbdb._keep_error(pbdb.run, uuid, jsonb)
create or replace function pbdb._keep_error(p_run pbdb.run, p_scope_id uuid, p_error jsonb)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_scope_id is null then
        p_run.handled_error := p_error;
    else
        update pbdb.playbook_scopes as s
        set handled_error = p_error
        where s.organization_id = p_run.organization_id and s.id = p_scope_id;
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._keep_error(pbdb.run, uuid, jsonb) is
'Remembers the error that a failure path handles: $error there and after it, per scope.';

revoke execute on function pbdb._keep_error(pbdb.run, uuid, jsonb) from public;
