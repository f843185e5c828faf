-- drop: function pbdb._require_run(uuid, uuid)
create or replace function pbdb._require_run(p_organization_id uuid, p_execution_id uuid)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
begin
    -- Looked up before it is locked: another tenant's execution must not even be made to wait.
    if exists (
        select from pbdb.playbook_executions as e
        where e.id = p_execution_id and e.organization_id = p_organization_id
    ) then
        v_run := pbdb._lock_run(p_execution_id);
    end if;
    if v_run.execution_id is null then
        raise exception using
            errcode = 'PB004',
            message = format('there is no execution %s', coalesce(p_execution_id::text, 'null')),
            hint = 'List this organization''s executions: select id, status from '
                'pbdb.playbook_executions;';
    end if;
    return v_run;
end;
$fn$;

comment on function pbdb._require_run(uuid, uuid) is
'Locks an execution of an organization for work. Raises PB004; a foreign id and a random one look '
'the same.';

revoke execute on function pbdb._require_run(uuid, uuid) from public;
