-- drop: function pbdb.get_playbook_execution_summary(uuid)
create or replace function pbdb.get_playbook_execution_summary(p_playbook_id uuid)
returns table (
    total_executions bigint,
    successful_executions bigint,
    failed_executions bigint,
    running_executions bigint,
    avg_duration_ms numeric,
    last_execution_at timestamptz,
    success_rate numeric
)
language sql
stable
security invoker
begin atomic
    select
        coalesce(c.execution_count, 0),
        coalesce(c.completed_count, 0),
        coalesce(c.failed_count, 0),
        coalesce(c.running_count, 0),
        c.avg_duration_ms,
        c.last_completed_at,
        coalesce(round(c.completed_count::numeric / nullif(c.execution_count, 0) * 100, 2), 0)
    from (values (p_playbook_id)) as asked (playbook_id)
    left join pbdb.playbook_execution_counts as c on asked.playbook_id = c.playbook_id;
end;

comment on function pbdb.get_playbook_execution_summary(uuid) is
'How the executions of one playbook version went: counts (failed: status FAILED only), mean '
'duration in milliseconds (null when none finished), when one finished last, and the share of '
'COMPLETED ones in percent of all with two decimals. Always one row; all zero when the playbook is '
'unknown. Exact, and fast at any number.';

revoke execute on function pbdb.get_playbook_execution_summary(uuid) from public;
grant execute on function pbdb.get_playbook_execution_summary(uuid) to pbdb_app, pbdb_monitor;
