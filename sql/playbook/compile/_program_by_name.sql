-- drop: function pbdb._program_by_name(uuid, text, int)
create or replace function pbdb._program_by_name(
    p_organization_id uuid, p_name text, p_version int
)
returns jsonb
language sql
stable
security invoker
begin atomic
select g.program
from pbdb.playbooks as p
inner join pbdb.playbook_programs as g
    on g.organization_id = p.organization_id and g.playbook_id = p.id
where
    p.organization_id = p_organization_id and p.name = p_name and p.status = 'ACTIVE'
    and (p_version is null or p.version = p_version)
order by p.version desc
limit 1;
end;

comment on function pbdb._program_by_name(uuid, text, int) is
'The program of the latest ACTIVE version of a playbook, or of one version; null when none is '
'ACTIVE.';

revoke execute on function pbdb._program_by_name(uuid, text, int) from public;
