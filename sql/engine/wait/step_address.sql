-- drop: function pbdb.step_address(uuid, text, uuid)
--
-- With the rights of its reader, because views of applications call it.
create or replace function pbdb.step_address(
    p_organization_id uuid, p_step_name text, p_scope_id uuid
)
returns text
language sql
stable
parallel safe
security invoker
begin atomic
select p_step_name || coalesce(
    (
        select string_agg('[' || o.item_index || ']', '' order by a.n)
        from pbdb.playbook_scopes as s
        cross join lateral unnest(s.path) with ordinality as a (id, n)
        inner join pbdb.playbook_scopes as o
            on o.organization_id = s.organization_id and o.id = a.id
        where
            s.organization_id = p_organization_id and s.id = p_scope_id
            and o.item_index is not null
    ),
    ''
);
end;

comment on function pbdb.step_address(uuid, text, uuid) is
'The name of a step with the positions of the items that a scope of its execution is in, the '
'outermost first, such as ask[1]; the name alone outside items, and where the scope is not the '
'caller''s to see.';

revoke execute on function pbdb.step_address(uuid, text, uuid) from public;
grant execute on function pbdb.step_address(uuid, text, uuid) to pbdb_app, pbdb_monitor;
