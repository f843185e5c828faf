-- drop: trigger agent_is_audited on pbdb.agents
create or replace trigger agent_is_audited
after insert or update or delete on pbdb.agents
for each row execute function pbdb._audit_definition('agent');

comment on trigger agent_is_audited on pbdb.agents is
'Keeps who did it.';
