-- drop: function pbdb._require_program(uuid, text)
create or replace function pbdb._require_program(p_organization_id uuid, p_name text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_program jsonb := pbdb._program_by_name(p_organization_id, p_name, null);
    v_status text;
begin
    if v_program is not null then
        return v_program;
    end if;

    select p.status into v_status
    from pbdb.playbooks as p
    where p.organization_id = p_organization_id and p.name = p_name
    order by p.version desc
    limit 1;
    if found then
        raise exception using
            errcode = 'PB005',
            message = format(
                'playbook "%s" has no ACTIVE version; its latest is %s', p_name, v_status
            ),
            hint = 'Activate a version: select pbdb.activate_playbook(''<id>'');';
    end if;
    raise exception using
        errcode = 'PB004',
        message = format('there is no playbook "%s"', pbdb._shown(p_name)),
        hint = 'List this organization''s playbooks: select name, version, status from '
            'pbdb.playbooks;';
end;
$fn$;

comment on function pbdb._require_program(uuid, text) is
'The program of the latest ACTIVE version of a playbook. Raises PB004 (no such name) or PB005 '
'(none ACTIVE).';

revoke execute on function pbdb._require_program(uuid, text) from public;
