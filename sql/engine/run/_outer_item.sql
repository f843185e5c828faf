-- drop: function pbdb._outer_item(uuid, uuid)
--
-- A loop, because each one holds the one around it.
create or replace function pbdb._outer_item(p_organization_id uuid, p_scope_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_around jsonb := 'null';
    v_current jsonb := 'null';
    v_item jsonb;
    v_index int;
begin
    for v_item, v_index in
        select o.item, o.item_index
        from pbdb.playbook_scopes as s
        cross join unnest(s.path) with ordinality as p (id, n)
        inner join pbdb.playbook_scopes as o
            on o.organization_id = s.organization_id and o.id = p.id
        where s.organization_id = p_organization_id and s.id = p_scope_id
            and o.item_index is not null
        order by p.n
    loop
        v_around := v_current;
        v_current := jsonb_build_object('item', v_item, 'index', v_index, 'outer', v_around);
    end loop;
    return v_around;
end;
$fn$;

comment on function pbdb._outer_item(uuid, uuid) is
'$outer as seen from a scope: {item, index, outer} of the for_each around the one that gives '
'$item; JSON null where there is none.';

revoke execute on function pbdb._outer_item(uuid, uuid) from public;
