-- drop: function pbdb._fsck_definitions()
create or replace function pbdb._fsck_definitions()
returns table (
    violation text, organization_id uuid, execution_id uuid, step_result_id uuid, detail text
)
language sql
stable
security invoker
begin atomic
    select
        'the definition of a version beyond DRAFT has changed',
        p.organization_id, null::uuid, null::uuid,
        format('playbook "%s" version %s (%s)', p.name, p.version, p.id)
    from pbdb.playbooks as p
    where p.status <> 'DRAFT' and p.definition_hash <> pbdb._definition_hash(p.id)
    union all
    select
        'a version beyond DRAFT has no compiled program', p.organization_id, null, null,
        format('playbook "%s" version %s (%s)', p.name, p.version, p.id)
    from pbdb.playbooks as p
    where
        p.status <> 'DRAFT'
        and not exists (
            select from pbdb.playbook_programs as g
            where g.organization_id = p.organization_id and g.playbook_id = p.id
        )
    union all
    select
        'a row belongs to another organization than its execution',
        x.organization_id, x.execution_id,
        x.id, x.what
    from (
        select r.organization_id, r.execution_id, r.id, 'step result' as what
        from pbdb.playbook_step_results as r
        union all
        select q.organization_id, q.execution_id, q.result_id, 'ready step'
        from pbdb.playbook_ready_steps as q
        union all
        select s.organization_id, s.execution_id, s.id, 'scope' from pbdb.playbook_scopes as s
        union all
        select j.organization_id, j.execution_id, j.result_id, 'join' from pbdb.playbook_joins as j
    ) as x
    inner join pbdb.playbook_executions as e on e.id = x.execution_id
    where e.organization_id <> x.organization_id
    union all
    select
        'a step result belongs to another playbook than its execution', r.organization_id,
        r.execution_id, r.id, format('step "%s"', s.step_name)
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_executions as e on e.id = r.execution_id
    inner join pbdb.playbook_steps as s on s.id = r.step_id
    where s.playbook_id <> e.playbook_id;
end;

comment on function pbdb._fsck_definitions() is
'Invariant: definitions that executions are pinned to have not changed, and tenants never mix. A '
'row for each violation.';

revoke execute on function pbdb._fsck_definitions() from public;
