-- drop: function pbdb._freeze_step()
--
-- Invoker, so that the playbook of another tenant is as unknown to it as to its caller: neither its
-- name nor its existence may show in an error. The shared lock makes an edit and the activation of
-- the same playbook follow each other. Deleting a whole playbook finds its row gone.
create or replace function pbdb._freeze_step()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_row pbdb.playbook_steps := case when tg_op = 'DELETE' then old else new end;
    v_playbook record;
begin
    select playbook.name, playbook.version, playbook.status into v_playbook
    from pbdb.playbooks as playbook
    where
        playbook.id = v_row.playbook_id
        and playbook.organization_id = v_row.organization_id
    for share;

    -- Before any unique key is looked at, which would tell a foreign playbook from an unknown one.
    if not found and tg_op = 'INSERT' then
        raise exception using
            errcode = 'PB004',
            message = format('playbook %s does not exist', v_row.playbook_id),
            hint = 'select id, name, version from pbdb.playbooks lists those of this organization.';
    end if;
    if v_playbook.status <> 'DRAFT' then
        raise exception using
            errcode = 'PB011',
            message = format(
                'playbook %s version %s is %s: step %s cannot change',
                v_playbook.name, v_playbook.version, v_playbook.status, v_row.step_name
            ),
            hint = 'Import the changed document: that makes a new DRAFT version.';
    end if;
    return v_row;
end;
$fn$;

comment on function pbdb._freeze_step() is
'Trigger: the steps of a playbook that has left DRAFT cannot be added, changed or deleted (PB011), '
'and a playbook that the writer cannot see gets none (PB004).';

revoke execute on function pbdb._freeze_step() from public;
