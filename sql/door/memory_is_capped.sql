-- drop: trigger memory_is_capped on pbdb.agent_memories
create or replace trigger memory_is_capped
before insert or update of metadata, source on pbdb.agent_memories
for each row execute function pbdb._cap_row();

comment on trigger memory_is_capped on pbdb.agent_memories is
'Refuses what is too large, and what not every client could read.';
