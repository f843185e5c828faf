-- drop: function pbdb.get_execution_steps(uuid)
--
-- Definer, because it calls a helper that nobody else may; the tenant comes from the context.
-- Longer than a screen because of its columns.
create or replace function pbdb.get_execution_steps(p_execution_id uuid)
returns table (
    step_id uuid,
    step_name varchar(255),
    step_type pbdb.playbook_step_type,
    step_order int,
    parent_step_id uuid,
    branch varchar(255),
    status pbdb.step_result_status,
    pending_count int,
    running_count int,
    waiting_count int,
    completed_count int,
    failed_count int,
    skipped_count int,
    timeout_count int,
    branch_total int,
    branch_completed_count int,
    branch_failed_count int,
    attempts int,
    visits int,
    first_started_at timestamptz,
    last_completed_at timestamptz,
    last_step_result_id uuid
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with latest as (
        select
            a.step_id,
            count(*) filter (where a.status = 'PENDING')::int as pending,
            count(*) filter (where a.status = 'RUNNING')::int as running,
            count(*) filter (where a.is_waiting)::int as waiting,
            count(*) filter (where a.status = 'COMPLETED')::int as completed,
            count(*) filter (where a.status = 'FAILED')::int as failed,
            count(*) filter (where a.status = 'SKIPPED')::int as skipped,
            count(*) filter (where a.status = 'TIMEOUT')::int as timed_out,
            sum(a.branch_total)::int as branch_total,
            sum(a.branch_completed_count)::int as branch_completed,
            sum(a.branch_failed_count)::int as branch_failed
        from pbdb._latest_attempts(
            pbdb.current_organization_id(), p_execution_id
        ) as a
        group by a.step_id
    ),

    every as (
        select
            r.step_id,
            count(*)::int as attempts,
            max(r.visit) as visits,
            min(r.started_at) as first_started_at,
            max(r.completed_at) as last_completed_at,
            (array_agg(r.id order by r.id desc))[1] as last_id
        from pbdb.playbook_step_results as r
        where
            r.organization_id = pbdb.current_organization_id()
            and r.execution_id = p_execution_id
        group by r.step_id
    )

    select
        s.id,
        s.step_name,
        s.step_type,
        s.step_order,
        s.parent_step_id,
        s.branch,
        case
            when latest.running > 0 then 'RUNNING'
            when latest.pending > 0 then 'PENDING'
            when latest.failed > 0 then 'FAILED'
            when latest.timed_out > 0 then 'TIMEOUT'
            when latest.completed > 0 then 'COMPLETED'
            when latest.skipped > 0 then 'SKIPPED'
        end::pbdb.step_result_status,
        coalesce(latest.pending, 0),
        coalesce(latest.running, 0),
        coalesce(latest.waiting, 0),
        coalesce(latest.completed, 0),
        coalesce(latest.failed, 0),
        coalesce(latest.skipped, 0),
        coalesce(latest.timed_out, 0),
        latest.branch_total,
        latest.branch_completed,
        latest.branch_failed,
        coalesce(every.attempts, 0),
        coalesce(every.visits, 0),
        every.first_started_at,
        every.last_completed_at,
        every.last_id
    from pbdb.playbook_executions as e
    inner join pbdb.playbook_steps as s
        on e.organization_id = s.organization_id and e.playbook_id = s.playbook_id
    left join latest on s.id = latest.step_id
    left join every on s.id = every.step_id
    where e.organization_id = pbdb.current_organization_id() and e.id = p_execution_id
    order by s.step_order;
end;

comment on function pbdb.get_execution_steps(uuid) is
'How each step of an execution stands, in one row, those not reached yet included (status null). '
'The counts are of the latest attempts, one for each branch or item that still counts; waiting '
'ones are among those that are pending or running. branch_… count the branches or items of a '
'PARALLEL_EXECUTION step (null for others). attempts and the times are of every attempt. status '
'is the most urgent one: RUNNING, PENDING, FAILED, TIMEOUT, COMPLETED, SKIPPED. No row when the '
'execution is unknown.';

revoke execute on function pbdb.get_execution_steps(uuid) from public;
grant execute on function pbdb.get_execution_steps(uuid) to pbdb_app, pbdb_monitor;
