-- drop: function pbdb.roll_up_executions(integer)
--
-- Definer, because it serves all tenants. Which playbooks need it is found without bookkeeping on
-- the hot path: those of the latest executions, and about two hundred more from random pages, so
-- that every playbook has its turn. Nothing is written, and no transaction number used, when there
-- is nothing to fold; below thirty executions a roll-up would cost more than it saves.
create or replace function pbdb.roll_up_executions(p_limit int default 50000)
returns int
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_percent real;
    v_organization_ids uuid[];
    v_playbook_ids uuid[];
begin
    if p_limit is null or p_limit < 1 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot roll up %s executions', coalesce(p_limit::text, 'null')),
            hint = 'Pass a limit of at least 1, or leave it out.';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        return 0;
    end if;

    select least(100, 20000 / greatest(c.reltuples, 1)) into v_percent
    from pg_class as c
    where c.oid = 'pbdb.playbooks'::regclass;

    select
        array_agg(c.organization_id order by c.playbook_id),
        array_agg(c.playbook_id order by c.playbook_id)
    into v_organization_ids, v_playbook_ids
    from (
        select l.organization_id, l.playbook_id
        from (
            select e.organization_id, e.playbook_id
            from pbdb.playbook_executions as e
            order by e.id desc
            limit 500
        ) as l
        union
        select p.organization_id, p.id
        from pbdb.playbooks as p tablesample system (v_percent)
    ) as c
    left join pbdb.playbook_execution_rollups as r
        on c.organization_id = r.organization_id and c.playbook_id = r.playbook_id
    where
        -- From another cluster, whose ids were further: hides whatever finishes here.
        r.horizon > pg_snapshot_xmin(pg_current_snapshot())
        or exists (
            select
            from pbdb.playbook_executions as e
            where
                e.playbook_id = c.playbook_id
                and e.finished_xid >= coalesce(r.horizon, '0')
                and e.finished_xid < pg_snapshot_xmin(pg_current_snapshot())
            order by e.finished_xid
            offset 29 limit 1
        );
    return case
        when v_playbook_ids is null then 0
        else pbdb._roll_up_playbooks(v_organization_ids, v_playbook_ids, p_limit)
    end;
end;
$fn$;

comment on function pbdb.roll_up_executions(int) is
'Folds about p_limit finished executions into playbook_execution_rollups, so that summaries need '
'not count them; returns how many. Called by sweep; harmless to call at any time by any number of '
'sessions. 0 under REPEATABLE READ. Raises PB017 on a limit below 1.';

revoke execute on function pbdb.roll_up_executions(int) from public;
grant execute on function pbdb.roll_up_executions(int) to pbdb_worker;
