-- drop: view pbdb.playbook_dead_letters
--
-- What was discarded is known by the moment at which it had failed: who retries it and fails again
-- sees it here again.
create or replace view pbdb.playbook_dead_letters
with (security_invoker = true)
as
select
    e.organization_id,
    e.id as execution_id,
    p.id as playbook_id,
    p.name as playbook_name,
    p.version as playbook_version,
    e.execution_name,
    f.step_name,
    case
        when e.error_code = 'ENGINE_ERROR' then 'turns used up'
        when f.is_lost then 'lost too often'
        else 'attempts used up'
    end as reason,
    case when e.error_code = 'ENGINE_ERROR' then e.error_code else f.error_code end as error_code,
    case
        when e.error_code = 'ENGINE_ERROR' then e.error_message
        else f.error_message
    end as error_message,
    f.attempt_number as attempts,
    f.worker,
    e.completed_at as since
from pbdb.playbook_executions as e
inner join pbdb.playbooks as p on e.playbook_id = p.id
cross join lateral (
    select
        s.step_name,
        r.is_lost,
        r.error_code,
        r.error_message,
        r.attempt_number,
        r.worker,
        r.attempt_number > coalesce(s.max_retries, p.max_retries)
        or r.error_code = 'LOST_TOO_OFTEN' or e.error_code = 'ENGINE_ERROR' as is_used_up
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_steps as s on r.step_id = s.id
    where
        r.organization_id = e.organization_id
        and r.execution_id = e.id
        and (
            e.error_code = 'ENGINE_ERROR'
            or (
                r.status in ('FAILED', 'TIMEOUT')
                and r.error_code <> 'CANCELLED'
                and exists (
                    select from pbdb.step_types() as facts
                    where facts.step_type = s.step_type and facts.has_dead_letters
                )
            )
        )
    order by r.completed_at desc, r.id desc
    limit 1
) as f
where
    e.status = 'FAILED'
    and e.parent_result_id is null
    and f.is_used_up
    and e.metadata #> '{dead_letter,failed_at}'
    is distinct from to_jsonb(extract(epoch from e.completed_at));

comment on view pbdb.playbook_dead_letters is
'Executions that failed because a step used up its attempts or lost its runner too often, or '
'because the engine could not move them, and that nobody has discarded. Run one again with '
'requeue_dead_letter, or put it aside with discard_dead_letter.';
comment on column pbdb.playbook_dead_letters.organization_id is 'Tenant.';
comment on column pbdb.playbook_dead_letters.execution_id is 'The execution that failed.';
comment on column pbdb.playbook_dead_letters.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_dead_letters.playbook_name is 'Its name.';
comment on column pbdb.playbook_dead_letters.playbook_version is 'Its version number.';
comment on column pbdb.playbook_dead_letters.execution_name is
'Name of the execution; null for none.';
comment on column pbdb.playbook_dead_letters.step_name is 'The step that could not be done.';
comment on column pbdb.playbook_dead_letters.reason is
'attempts used up: it failed each time; lost too often: its last runner vanished; turns used up: '
'what comes after it could not be written.';
comment on column pbdb.playbook_dead_letters.error_code is 'Code of the last attempt''s error.';
comment on column pbdb.playbook_dead_letters.error_message is 'Message of the last attempt.';
comment on column pbdb.playbook_dead_letters.attempts is
'How often it was tried in its last visit.';
comment on column pbdb.playbook_dead_letters.worker is
'Runner of the last attempt; null when the database ran it itself.';
comment on column pbdb.playbook_dead_letters.since is 'When the execution failed.';

revoke all on pbdb.playbook_dead_letters
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_dead_letters to pbdb_app, pbdb_monitor;
