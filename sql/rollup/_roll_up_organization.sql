-- drop: function pbdb._roll_up_organization(uuid, int)
create or replace function pbdb._roll_up_organization(p_organization_id uuid, p_limit int)
returns int
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook_ids uuid[];
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        return 0;
    end if;
    v_playbook_ids := array(
        select l.playbook_id
        from (
            select e.playbook_id
            from pbdb.playbook_executions as e
            where e.organization_id = p_organization_id
            order by e.id desc
            limit 500
        ) as l
        left join pbdb.playbook_execution_rollups as r
            on r.organization_id = p_organization_id and r.playbook_id = l.playbook_id
        where
            r.horizon > pg_snapshot_xmin(pg_current_snapshot())
            or exists (
                select
                from pbdb.playbook_executions as e
                where
                    e.playbook_id = l.playbook_id
                    and e.finished_xid >= coalesce(r.horizon, '0')
                    and e.finished_xid < pg_snapshot_xmin(pg_current_snapshot())
                order by e.finished_xid
                offset 29 limit 1
            )
        group by l.playbook_id
        order by l.playbook_id
    );
    return pbdb._roll_up_playbooks(
        array_fill(p_organization_id, array[cardinality(v_playbook_ids)]), v_playbook_ids, p_limit
    );
end;
$fn$;

comment on function pbdb._roll_up_organization(uuid, int) is
'What roll_up_executions does, for the playbooks of one organization''s latest executions.';

revoke execute on function pbdb._roll_up_organization(uuid, int) from public;
