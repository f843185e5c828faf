-- drop: function pbdb._newest_executions(pbdb.execution_filter, integer)
--
-- Each walk goes down one index in the order of its ids: one status, one playbook, one place where
-- a text may be. A loop, because each is planned for its own values. What did not complete is few
-- rows, whosever they are; of the others one playbook is few.
create or replace function pbdb._newest_executions(
    p_filter pbdb.execution_filter, p_limit int
)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_walk record;
    v_found uuid[] := '{}';
begin
    for v_walk in
        select s.status, p.ids, t.searched
        from unnest(coalesce(
            p_filter.statuses, array[null]::pbdb.playbook_execution_status[]
        )) as s (status)
        cross join lateral (
            select p_filter.playbook_ids as ids
            where p_filter.playbook_ids is null or s.status <> 'COMPLETED'
            union all
            select array[u.id]
            from unnest(p_filter.playbook_ids) as u (id)
            where (s.status <> 'COMPLETED') is not true
        ) as p
        cross join lateral (
            select null as searched
            where p_filter.search is null
            union all
            select u.place
            from unnest(array['id', 'name', 'key']) as u (place)
            where
                p_filter.search is not null
                and (u.place <> 'id' or pbdb._filled_id(p_filter.search, '0') is not null)
        ) as t
    loop
        v_found := v_found || array(
            select w.id
            from pbdb._walk_executions(
                p_filter, v_walk.status, v_walk.ids, v_walk.searched, p_limit
            ) as w (id)
        );
    end loop;
    return array(
        select distinct f.id
        from unnest(v_found) as f (id)
        order by f.id desc
        limit p_limit
    );
end;
$fn$;

comment on function pbdb._newest_executions(pbdb.execution_filter, int) is
'Ids of the newest executions that pass a filter, newest first. Metadata is looked for in the rows '
'that the other filters leave.';

revoke execute on function pbdb._newest_executions(
    pbdb.execution_filter, int
) from public;
