-- drop: function pbdb._scope_variables(uuid)
create or replace function pbdb._scope_variables(p_scope_id uuid)
returns jsonb
language sql
stable
security invoker
begin atomic
select jsonb_build_object('item', s.item, 'index', s.item_index, 'error', s.handled_error)
from pbdb.playbook_scopes as s
where s.id = p_scope_id;
end;

comment on function pbdb._scope_variables(uuid) is
'{item, index, error} of a scope; null for the playbook itself.';

revoke execute on function pbdb._scope_variables(uuid) from public;
