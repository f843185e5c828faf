-- drop: function pbdb._refresh_programs(uuid, text)
--
-- Whether a step goes to the model handler or to one that a runner registered is written in the
-- program; a program compiled before the agent was defined would wait for a runner for ever.
create or replace function pbdb._refresh_programs(p_organization_id uuid, p_agent text)
returns void
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    update pbdb.playbook_programs as program
    set program = pbdb._compile_playbook(program.playbook_id)
    where
        program.organization_id = p_organization_id
        and program.program @> jsonb_build_object('steps', jsonb_build_array(
            jsonb_build_object('handler', 'AGENT_EXECUTION:' || p_agent)
        ));
end;

comment on function pbdb._refresh_programs(uuid, text) is
'Compiles anew the programs that expect a runner to have registered this agent.';

revoke execute on function pbdb._refresh_programs(uuid, text) from public;
