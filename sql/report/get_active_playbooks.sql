-- drop: function pbdb.get_active_playbooks(uuid)
create or replace function pbdb.get_active_playbooks(p_agent_id uuid)
returns table (
    id uuid,
    name varchar(255),
    description text,
    category varchar(100),
    version int,
    total_steps int,
    last_executed_at timestamptz,
    execution_count bigint
)
language sql
stable
security invoker
begin atomic
    select
        p.id,
        p.name,
        p.description,
        p.category,
        p.version,
        (
            select count(*)::int
            from pbdb.playbook_steps as s
            where s.playbook_id = p.id
        ),
        c.last_created_at,
        c.execution_count
    from pbdb.playbooks as p
    inner join pbdb.playbook_execution_counts as c on p.id = c.playbook_id
    where p.agent_id = p_agent_id and p.status = 'ACTIVE'
    order by p.created_at desc, p.id desc;
end;

comment on function pbdb.get_active_playbooks(uuid) is
'The ACTIVE playbook versions of one agent, newest first, with their number of steps and '
'executions and when an execution was started last (null: never). No row when the agent is '
'unknown.';

revoke execute on function pbdb.get_active_playbooks(uuid) from public;
grant execute on function pbdb.get_active_playbooks(uuid) to pbdb_app, pbdb_monitor;
