-- drop: function pbdb.get_execution_progress(uuid)
create or replace function pbdb.get_execution_progress(p_execution_id uuid)
returns table (
    execution_id uuid,
    status pbdb.playbook_execution_status,
    progress_percentage int,
    current_step_name varchar(255),
    completed_steps int,
    total_steps int,
    elapsed_time_ms bigint
)
language sql
stable
security invoker
begin atomic
    select
        e.id,
        e.status,
        case
            when e.status = 'COMPLETED' then 100
            else least(coalesce(e.completed_steps::bigint * 100 / nullif(e.total_steps, 0), 0), 100)
        end::int,
        s.step_name,
        e.completed_steps,
        e.total_steps,
        coalesce(
            extract(epoch from coalesce(e.completed_at, clock_timestamp()) - e.started_at) * 1000, 0
        )::bigint
    from pbdb.playbook_executions as e
    left join pbdb.playbook_steps as s on e.current_step_id = s.id
    where e.id = p_execution_id;
end;

comment on function pbdb.get_execution_progress(uuid) is
'How far an execution is: percent of its steps that are done (100 exactly when COMPLETED or all '
'steps are done, never more), the step begun last (null: none yet), and milliseconds from its '
'start to its end or now (0 before the start). No row when the execution is unknown.';

revoke execute on function pbdb.get_execution_progress(uuid) from public;
grant execute on function pbdb.get_execution_progress(uuid) to pbdb_app, pbdb_monitor;
