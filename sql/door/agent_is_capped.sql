-- drop: trigger agent_is_capped on pbdb.agents
create or replace trigger agent_is_capped
before insert or update on pbdb.agents
for each row execute function pbdb._cap_row();

comment on trigger agent_is_capped on pbdb.agents is
'Refuses what is too large, and what not every client could read.';
