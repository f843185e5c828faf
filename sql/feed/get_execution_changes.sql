-- drop: function pbdb.get_execution_changes(uuid[], text)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- A row that was written by a transaction below the xmin of the last look's snapshot was seen by
-- that look, or its transaction was aborted; every other one is told, whether it was seen or not.
-- pg_visible_in_snapshot would not do, because it does not know subtransactions, whose numbers are
-- above those of their transaction and so above the xmin too. One statement, one snapshot.
-- Longer than a screen because of what a change says.
create or replace function pbdb.get_execution_changes(
    p_execution_ids uuid[], p_cursor text default null
)
returns table (execution_id uuid, next_cursor text, is_snapshot boolean, change jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if cardinality(p_execution_ids) > 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot watch %s executions', cardinality(p_execution_ids)),
            hint = 'Pass at most 1000 ids; ask for the others in another call.';
    end if;

    return query
    with look as materialized (
        select
            pbdb.current_organization_id() as organization_id,
            pbdb._server_start() || '.' || pg_snapshot_xmin(pg_current_snapshot())::text
            as next_cursor,
            pbdb._cursor_base(p_cursor) as since
    ),

    watched as materialized (
        select
            e.*,
            look.next_cursor,
            look.since,
            e.xmin::text::bigint as rev,
            coalesce(pbdb._is_not_older(e.xmin, look.since), true) as is_changed
        from look
        inner join pbdb.playbook_executions as e
            on look.organization_id = e.organization_id and e.id = any(p_execution_ids)
    ),

    -- What has ended changes no more unless its own row does.
    stirred as materialized (
        select w.*
        from watched as w
        where
            w.is_changed
            or (
                w.completed_at is null
                and exists (
                    select
                    from pbdb.playbook_step_results as r
                    where
                        r.organization_id = w.organization_id
                        and r.execution_id = w.id
                        and pbdb._is_not_older(r.xmin, w.since)
                )
            )
    ),

    changed as (
        select
            w.id,
            w.next_cursor,
            w.since,
            jsonb_build_object(
                'execution', jsonb_build_object(
                    'execution_id', w.id,
                    'playbook_id', w.playbook_id,
                    'playbook_name', p.name,
                    'version', p.version,
                    'execution_name', w.execution_name,
                    'status', w.status,
                    'progress_percentage', g.progress_percentage,
                    'current_step_name', g.current_step_name,
                    'completed_steps', w.completed_steps,
                    'total_steps', w.total_steps,
                    'pause_reason', w.pause_reason,
                    'deadline_at', w.deadline_at,
                    'error_code', w.error_code,
                    'started_at', w.started_at,
                    'completed_at', w.completed_at,
                    'rev', w.rev
                ),
                'steps', a.steps,
                'counts', case when a.is_counted then (
                    select coalesce(jsonb_agg(to_jsonb(n) order by n.step_order), '[]')
                    from pbdb.get_execution_steps(w.id) as n
                    where
                        n.step_id = any(a.changed_step_ids)
                        or n.step_type = 'PARALLEL_EXECUTION'
                ) else '[]' end,
                'rows', a.row_count
            ) as change
        from stirred as w
        inner join pbdb.playbooks as p
            on w.organization_id = p.organization_id and w.playbook_id = p.id
        cross join lateral pbdb.get_execution_progress(w.id) as g
        cross join lateral pbdb._changed_attempts(w.organization_id, w.id, w.since) as a
    )

    select changed.id, changed.next_cursor, changed.since is null, changed.change
    from changed
    union all
    select null, look.next_cursor, look.since is null, null
    from look
    where not exists (select from changed);
end;
$fn$;

comment on function pbdb.get_execution_changes(uuid[], text) is
'What became of executions since the look that p_cursor comes from: a row for each that changed, '
'each with the cursor for the next look; when none did, one row without execution. A change is a '
'state and not a difference: {execution, steps, counts, rows}. steps are the attempts that were '
'written since, each with rev, the transaction that wrote it (32 bits, so compare modulo 2^32); '
'the same one may come twice, none is left out. rows is how many attempts there are now, so that '
'a watcher notices when one was taken back. Above 200 attempts those in branches are only '
'counted: counts are rows of get_execution_steps. Without a cursor, or with one of another server, '
'of before a restart, or two billion transactions old, everything comes and is_snapshot is true. '
'No payloads. Unknown executions are left out. Raises PB017 for more than 1000 ids.';

revoke execute on function pbdb.get_execution_changes(uuid[], text) from public;
grant execute on function pbdb.get_execution_changes(uuid[], text) to pbdb_app;
