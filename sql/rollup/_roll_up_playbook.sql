-- drop: function pbdb._roll_up_playbook(uuid, uuid, integer)
--
-- The horizon never passes the oldest running transaction: an execution that finishes later has a
-- higher finished_xid, so no row can appear below the horizon afterwards. The lock comes first, in
-- a statement of its own, so that the statements after it see what its former holder changed
-- (_unroll_executions holds it until it commits). Under REPEATABLE READ they would not see it.
--
-- The newest ten finished executions stay out: retrying one of them then needs no correction,
-- and the time of the newest one is at hand. What one transaction finished is folded as a whole.
-- Longer than a screen because it is one statement: what is counted and what is marked as counted.
create or replace function pbdb._roll_up_playbook(
    p_organization_id uuid, p_playbook_id uuid, p_limit int
)
returns int
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_oldest_running xid8;
    v_start xid8;
    v_first xid8;
    v_next xid8;
    v_horizon xid8;
    v_count int;
begin
    -- A playbook that is being deleted is passed over: waiting for it would end in a missing key.
    insert into pbdb.playbook_execution_rollups (playbook_id, organization_id)
    select k.id, k.organization_id
    from (
        select p.id, p.organization_id
        from pbdb.playbooks as p
        where p.organization_id = p_organization_id and p.id = p_playbook_id
        for key share skip locked
    ) as k
    on conflict (organization_id, playbook_id) do nothing;

    select r.horizon into v_start
    from pbdb.playbook_execution_rollups as r
    where r.organization_id = p_organization_id and r.playbook_id = p_playbook_id
    for no key update skip locked;
    if not found then
        return 0;
    end if;

    v_oldest_running := pg_snapshot_xmin(pg_current_snapshot());
    if v_start > v_oldest_running then
        perform pbdb._reset_roll_up(p_organization_id, p_playbook_id);
        v_start := '0';
    end if;

    select
        min(e.finished_xid),
        min(e.finished_xid) filter (where e.position > p_limit)
    into v_first, v_next
    from (
        select x.finished_xid, row_number() over (order by x.finished_xid) as position
        from pbdb.playbook_executions as x
        where x.playbook_id = p_playbook_id and x.finished_xid >= v_start
        order by x.finished_xid
        limit p_limit + 1
    ) as e;

    select least(x.finished_xid, v_next, v_oldest_running) into v_horizon
    from pbdb.playbook_executions as x
    where x.playbook_id = p_playbook_id and x.finished_xid >= v_start
    order by x.finished_xid desc
    offset 9 limit 1;

    if v_horizon <= v_first then
        select least(min(x.finished_xid), v_oldest_running) into v_horizon
        from pbdb.playbook_executions as x
        where x.playbook_id = p_playbook_id and x.finished_xid > v_first;
    end if;

    with folded as (
        select
            count(*) as finished,
            count(*) filter (where e.status = 'COMPLETED') as completed,
            count(*) filter (where e.status = 'FAILED') as failed,
            count(e.duration_ms) as timed,
            coalesce(sum(e.duration_ms), 0) as duration_sum_ms,
            max(e.created_at) as last_created_at,
            max(e.completed_at) as last_completed_at
        from pbdb.playbook_executions as e
        where
            e.playbook_id = p_playbook_id
            and e.finished_xid >= v_start and e.finished_xid < v_horizon
    )

    update pbdb.playbook_execution_rollups as r
    set
        horizon = v_horizon,
        finished_count = r.finished_count + f.finished,
        completed_count = r.completed_count + f.completed,
        failed_count = r.failed_count + f.failed,
        timed_count = r.timed_count + f.timed,
        duration_sum_ms = r.duration_sum_ms + f.duration_sum_ms,
        last_created_at = greatest(r.last_created_at, f.last_created_at),
        last_completed_at = greatest(r.last_completed_at, f.last_completed_at),
        is_last_created_exact
            = r.is_last_created_exact or f.last_created_at >= r.last_created_at,
        is_last_completed_exact
            = r.is_last_completed_exact or f.last_completed_at >= r.last_completed_at,
        rolled_up_at = clock_timestamp()
    from folded as f
    where
        r.organization_id = p_organization_id and r.playbook_id = p_playbook_id
        and f.finished > 0
    returning f.finished into v_count;

    -- Nobody can take one of them back meanwhile: that needs the row which we hold.
    if v_count > 0 then
        perform pbdb._fold_hours(p_organization_id, p_playbook_id, v_start, v_horizon);
    end if;
    return coalesce(v_count, 0);
end;
$fn$;

comment on function pbdb._roll_up_playbook(uuid, uuid, int) is
'Folds about p_limit finished executions of one playbook, oldest first, into its roll-up; returns '
'how many. 0 when somebody else holds the roll-up. Call it under READ COMMITTED only.';

revoke execute on function pbdb._roll_up_playbook(uuid, uuid, int) from public;
