-- drop: function pbdb.list_playbook_tools(uuid, text, text, integer)
--
-- Tools have narrower names than playbooks: what has to be changed, or looks as if it had been,
-- ends with a hash of the name, so that no two have one. The fixed tools keep theirs.
create or replace function pbdb.list_playbook_tools(
    p_agent_id uuid default null,
    p_tool_name text default null,
    p_after text default null,
    p_limit int default 100
)
returns table (
    name varchar(255),
    tool_name text,
    playbook_id uuid,
    version int,
    description text,
    input_schema jsonb,
    output_schema jsonb,
    annotations jsonb
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot list %s tools', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 1000; for the next page pass p_after = the last name.';
    end if;

    return query
    with newest as (
        select distinct on (p.name) p.*
        from pbdb.playbooks as p
        where p.organization_id = pbdb.current_organization_id() and p.status = 'ACTIVE'
        order by p.name, p.version desc
    ),

    tools as (
        select
            n.*,
            case
                when
                    n.name ~ '^[A-Za-z0-9_-]{1,64}$' and n.name !~ '_[0-9a-f]{8}$'
                    and n.name not in (
                        'get_execution', 'wait_for_execution', 'list_executions', 'list_inbox',
                        'answer_step', 'cancel_execution', 'search_memories'
                    )
                    then n.name::text
                else
                    left(regexp_replace(n.name, '[^A-Za-z0-9_-]+', '_', 'g'), 55) || '_'
                    || left(encode(sha256(convert_to(n.name, 'UTF8')), 'hex'), 8)
            end as tool_name
        from newest as n
        where
            n.metadata @> '{"mcp": true}' and (p_agent_id is null or n.agent_id = p_agent_id)
            and (p_after is null or n.name > p_after)
    )

    select
        t.name, t.tool_name, t.id, t.version, t.description, t.input_schema, t.output_schema,
        coalesce(t.metadata -> 'mcp_annotations', '{}')
    from tools as t
    where p_tool_name is null or t.tool_name = p_tool_name
    order by t.name
    limit p_limit;
end;
$fn$;

comment on function pbdb.list_playbook_tools(uuid, text, text, int) is
'The playbooks of the tenant that are tools of agents, by name: those whose newest ACTIVE version '
'has metadata.mcp = true, with its schemas as written and metadata.mcp_annotations. tool_name is '
'the name as MCP allows it, 1 to 64 of A-Z, a-z, 0-9, _ and -, and of one playbook only. Filters: '
'an agent, one tool. At most p_limit (1 to 1000); the next page is the same call with p_after = '
'the last name. Raises PB017 on another limit.';

revoke execute on function pbdb.list_playbook_tools(uuid, text, text, int) from public;
grant execute on function pbdb.list_playbook_tools(uuid, text, text, int) to pbdb_app;
