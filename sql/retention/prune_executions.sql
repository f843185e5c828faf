-- drop: function pbdb.prune_executions(timestamptz, int, timestamptz, pbdb.playbook_execution_status[], text)
--
-- Definer: apps change executions only through functions. Nothing is waited for: what somebody
-- holds is left for another call, and so is what belongs to a playbook that is being deleted, whose
-- row the correction of its roll-up would need. Who holds the root of a family holds the family,
-- and what was locked is looked at again by a statement that began afterwards. Deepest first, so
-- that a family larger than a bite goes in several and its root last.
create or replace function pbdb.prune_executions(
    p_before timestamptz,
    p_limit int default 500,
    p_from timestamptz default null,
    p_statuses pbdb.playbook_execution_status[] default null,
    p_playbook_name text default null
)
returns table (pruned int, reached_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
    v_ids uuid[];
    v_doomed uuid[];
begin
    perform pbdb._check_before(p_before);
    if p_limit is null or p_limit not between 1 and 10000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot prune %s executions', coalesce(p_limit::text, 'null')),
            hint = 'Pass a limit of 1 to 10000, and call again until it prunes none.';
    end if;
    v_ids := array(
        select e.id
        from pbdb._prunable(
            v_organization_id, p_before, coalesce(p_from, '-infinity'), p_statuses,
            p_playbook_name
        ) as c
        inner join pbdb.playbook_executions as e
            on e.organization_id = v_organization_id and c.execution_id = e.id
        inner join pbdb.playbooks as p
            on e.organization_id = p.organization_id and e.playbook_id = p.id
        where e.completed_at < p_before
        order by c.completed_at
        limit p_limit
        for update of e skip locked
        for key share of p skip locked
    );
    v_doomed := pbdb._lock_members(v_organization_id, v_ids, p_before, p_limit);

    with gone as (
        delete from pbdb.playbook_executions as e
        where e.organization_id = v_organization_id and e.id = any(v_doomed)
        returning e.completed_at, e.id
    )
    select count(*)::int, max(g.completed_at) filter (where g.id = any(v_ids))
    into pruned, reached_at
    from gone as g;
    if pruned > 0 then
        perform pbdb._audit(
            v_organization_id, 'execution.prune', null, p_playbook_name, null,
            jsonb_build_object('pruned', pruned, 'before', p_before)
        );
    end if;
    return next;
end;
$fn$;

comment on function pbdb.prune_executions(
    timestamptz, int, timestamptz, pbdb.playbook_execution_status[], text
) is
'Deletes up to p_limit executions of the tenant that ended before p_before, oldest first, with '
'their attempts, scopes, usage and the executions that they called; only whole families that '
'ended before, never what runs. Of some statuses or one playbook when named; they are those of the '
'root. Says how many went, and up to which time: pass that as p_from and call again, a '
'transaction each, until none goes. Waits for nobody; summaries are corrected; idempotency keys '
'stay; the audit says how many went. Raises PB001, PB017.';

revoke execute on function pbdb.prune_executions(
    timestamptz, int, timestamptz, pbdb.playbook_execution_status[], text
) from public;
grant execute on function pbdb.prune_executions(
    timestamptz, int, timestamptz, pbdb.playbook_execution_status[], text
) to pbdb_app;
