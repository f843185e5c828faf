-- drop: trigger memory_copies_are_kept on pbdb.agent_memories
create or replace trigger memory_copies_are_kept
before update on pbdb.agent_memories
for each row
execute function pbdb._keep_memory_copies();

comment on trigger memory_copies_are_kept on pbdb.agent_memories is
'A memory''s agent and expiry are copied to its vectors, and updated_at is stamped.';
