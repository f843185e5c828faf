-- drop: function pbdb._require_dead_letter(uuid)
create or replace function pbdb._require_dead_letter(p_execution_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_run pbdb.run := pbdb._require_run(v_organization_id, p_execution_id);
begin
    if not exists (
        select from pbdb.playbook_dead_letters as d
        where d.execution_id = p_execution_id and d.organization_id = v_organization_id
    ) then
        raise exception using
            errcode = 'PB008',
            message = format(
                'execution %s (%s) is no dead letter', p_execution_id, v_run.status
            ),
            hint = 'Dead letters are in pbdb.playbook_dead_letters. Any FAILED, TIMEOUT or '
                'CANCELLED execution: select pbdb.retry_playbook_execution(''<id>'');';
    end if;
end;
$fn$;

comment on function pbdb._require_dead_letter(uuid) is
'Locks an execution of the tenant that is a dead letter. Raises PB001, PB004, and PB008 when it is '
'none (any more).';

revoke execute on function pbdb._require_dead_letter(uuid) from public;
