-- drop: function pbdb._scope_variables(uuid, uuid)
--
-- A branch inside an item has that item, and a branch on a failure path that error. OFFSET 0 keeps
-- the scopes around it apart, where a plan made before there were statistics began with all scopes
-- of the tenant.
create or replace function pbdb._scope_variables(p_organization_id uuid, p_scope_id uuid)
returns jsonb
language sql
stable
security invoker
begin atomic
select jsonb_build_object(
    'item', (array_agg(o.item order by p.n desc) filter (where o.item_index is not null))[1],
    'index', (array_agg(o.item_index order by p.n desc) filter (where o.item_index is not null))[1],
    'error', (
        array_agg(o.handled_error order by p.n desc) filter (where o.handled_error is not null)
    )[1]
)
from pbdb.playbook_scopes as s
cross join unnest(s.path) with ordinality as p (id, n)
cross join lateral (
    select i.item, i.item_index, i.handled_error
    from pbdb.playbook_scopes as i
    where i.organization_id = s.organization_id and i.id = p.id
    offset 0 -- noqa: AM09
) as o
where s.organization_id = p_organization_id and s.id = p_scope_id
having count(*) > 0;
end;

comment on function pbdb._scope_variables(uuid, uuid) is
'{item, index, error} as seen from a scope, the nearest of each around it; null for the playbook '
'itself.';

revoke execute on function pbdb._scope_variables(uuid, uuid) from public;
