-- drop: function pbdb._program_of(uuid, uuid)
create or replace function pbdb._program_of(p_organization_id uuid, p_playbook_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return (
        select p.program
        from pbdb.playbook_programs as p
        where p.organization_id = p_organization_id and p.playbook_id = p_playbook_id
    );
end;
$fn$;

comment on function pbdb._program_of(uuid, uuid) is
'The compiled program of a playbook version; null before it was activated.';

revoke execute on function pbdb._program_of(uuid, uuid) from public;
