-- drop: function pbdb._fsck_counters()
--
-- Progress counts each step outside branches once, when it was completed or skipped, and with a
-- completed parallel step all steps inside it.
create or replace function pbdb._fsck_counters()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'completed_steps is not what counting again gives', e.organization_id, e.id, null::uuid,
        format('stored %s, counted %s', e.completed_steps, c.counted)
    from pbdb.playbook_executions as e
    inner join pbdb.playbook_programs as g
        on g.organization_id = e.organization_id and g.playbook_id = e.playbook_id
    cross join lateral (
        select coalesce(sum(1 + d.inside), 0)::int as counted
        from (
            select
                r.step_id,
                case
                    when bool_or(r.status = 'COMPLETED') and facts.kind = 'parallel'
                        then pbdb._steps_inside(g.program, pbdb._step_index(g.program, r.step_id))
                    else 0
                end as inside
            from pbdb.playbook_step_results as r
            inner join pbdb.playbook_steps as s on s.id = r.step_id
            inner join pbdb.step_types() as facts on s.step_type = facts.step_type
            where
                r.organization_id = e.organization_id and r.execution_id = e.id
                and r.scope_id is null
                and r.status in ('COMPLETED', 'SKIPPED')
                and coalesce(r.error_code, '') not in ('CANCELLED')
                and not (r.status = 'SKIPPED' and r.error_code = 'TIMEOUT' and r.started_at is null)
            group by r.step_id, facts.kind
        ) as d
    ) as c
    where e.completed_steps <> c.counted;
end;

comment on function pbdb._fsck_counters() is
'Invariant: completed_steps is what counting again gives. A row for each violation.';

revoke execute on function pbdb._fsck_counters() from public;
