-- drop: function pbdb._startable_program(uuid, uuid)
create or replace function pbdb._startable_program(p_organization_id uuid, p_playbook_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_status pbdb.playbook_status;
    v_name text;
    v_program jsonb;
begin
    select p.status, p.name, g.program into v_status, v_name, v_program
    from pbdb.playbooks as p
    left join pbdb.playbook_programs as g
        on g.organization_id = p.organization_id and g.playbook_id = p.id
    where p.id = p_playbook_id and p.organization_id = p_organization_id;

    if not found then
        raise exception using
            errcode = 'PB004',
            message = format('there is no playbook %s', coalesce(p_playbook_id::text, 'null')),
            hint = 'List this organization''s playbooks: select id, name, version, status from '
                'pbdb.playbooks;';
    end if;
    if v_status <> 'ACTIVE' then
        raise exception using
            errcode = 'PB005',
            message = format('playbook "%s" (%s) is %s', v_name, p_playbook_id, v_status),
            hint = case v_status
                when 'DRAFT' then 'Activate it first: select pbdb.activate_playbook(''<id>'');'
                else 'Start an ACTIVE version: select pbdb.start_playbook(''<name>'', …);'
            end;
    end if;
    return v_program;
end;
$fn$;

comment on function pbdb._startable_program(uuid, uuid) is
'The program of an ACTIVE playbook of an organization. Raises PB004 (not found) or PB005 (not '
'ACTIVE).';

revoke execute on function pbdb._startable_program(uuid, uuid) from public;
