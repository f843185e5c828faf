-- drop: function pbdb._lock_members(uuid, uuid[], timestamptz, int)
create or replace function pbdb._lock_members(
    p_organization_id uuid, p_root_ids uuid[], p_before timestamptz, p_limit int
)
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $fn$
declare
    v_locked_ids uuid[] := array(
        select e.id
        from pbdb.playbook_executions as e
        inner join pbdb.playbooks as p
            on e.organization_id = p.organization_id and e.playbook_id = p.id
        where
            e.organization_id = p_organization_id and e.root_execution_id = any(p_root_ids)
            and e.completed_at < p_before
        order by e.root_execution_id, e.depth, e.id
        for update of e skip locked
        for key share of p skip locked
    );
begin
    return array(
        with whole as (
            select r.id, r.depth, r.completed_at
            from pbdb.playbook_executions as r
            where
                r.organization_id = p_organization_id and r.id = any(p_root_ids)
                and not exists (
                    select from pbdb.playbook_executions as c
                    where
                        c.organization_id = p_organization_id and c.root_execution_id = r.id
                        and c.id <> all(v_locked_ids)
                )
        )

        select m.id
        from whole as w
        cross join lateral (
            select w.id, w.depth
            union all
            select c.id, c.depth
            from pbdb.playbook_executions as c
            where c.organization_id = p_organization_id and c.root_execution_id = w.id
        ) as m
        order by w.completed_at, w.id, m.depth desc, m.id
        limit p_limit
    );
end;
$fn$;

comment on function pbdb._lock_members(uuid, uuid[], timestamptz, int) is
'Locks what some executions called, without waiting, and gives up to p_limit executions of those '
'families of which every member is locked and ended before p_before: parents after what they '
'called. The executions themselves are locked already.';

revoke execute on function pbdb._lock_members(uuid, uuid[], timestamptz, int) from public;
