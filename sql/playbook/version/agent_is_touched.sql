-- drop: trigger agent_is_touched on pbdb.agents
create or replace trigger agent_is_touched
before update on pbdb.agents
for each row execute function pbdb._touch();

comment on trigger agent_is_touched on pbdb.agents is
'Keeps updated_at.';
