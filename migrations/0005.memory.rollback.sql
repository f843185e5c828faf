-- The extension stays: other tables of this database may use it. "drop extension vector" removes
-- it.
drop table pbdb.agent_memories_to_embed;
drop table pbdb.agent_memory_embeddings;
drop table pbdb.agent_memories;
drop table pbdb.embedding_models;
