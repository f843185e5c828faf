-- depends: 0004.executions
-- What:  agents' memories: the text (agent_memories), its vectors (agent_memory_embeddings, any
--        number of models side by side), the models (embedding_models) and what a runner still has
--        to embed.
-- Why:   last of the tables, so that everything else can be read without pgvector.
-- Locks: none that anybody could wait for. In flight: nothing exists yet.
--
-- pgvector is not a trusted extension: where a superuser (or the provider's administrator) has not
-- created it yet and the installer may not, this migration stops and says what to ask for. One that
-- is there already is used where it is (Supabase keeps it in "extensions"): nothing here or in sql/
-- names its schema. It must be 0.8 or newer: before, a search through an HNSW index could return
-- fewer rows than exist.

do $do$
declare
    v_schema text;
    v_version text;
begin
    if not exists (select from pg_catalog.pg_extension where extname = 'vector') then
        begin
            create extension vector with schema public;
        exception
            when insufficient_privilege then
                raise exception using
                    errcode = 'insufficient_privilege',
                    message = format(
                        '%s may not create the extension vector in database %s',
                        current_user, current_database()
                    ),
                    hint = 'Let a superuser run "create extension vector" in it once, then go on.';
        end;
    end if;

    select n.nspname, e.extversion
    into v_schema, v_version
    from pg_catalog.pg_extension as e
    join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
    where e.extname = 'vector';

    if (string_to_array(substring(v_version from '^\d+\.\d+'), '.'))::int[] < array[0, 8] then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('pgvector %s is installed, pbdb needs 0.8 or newer', v_version),
            hint = 'Update the server''s package, then run "alter extension vector update".';
    end if;

    -- The functions run as pbdb_owner, and an extension's schema need not be open to everybody.
    if not pg_catalog.has_schema_privilege('pbdb_owner', v_schema, 'USAGE') then
        execute format('grant usage on schema %I to pbdb_owner', v_schema);
    end if;
    if not pg_catalog.has_schema_privilege('pbdb_owner', v_schema, 'USAGE') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('pbdb_owner may not use schema %I, where pgvector is', v_schema),
            hint = format('As its owner, run "grant usage on schema %I to pbdb_owner".', v_schema);
    end if;
end;
$do$;

set local role pbdb_owner;

create table pbdb.embedding_models (
    name text not null primary key,
    dimensions int not null,
    is_default boolean not null default false,
    default_threshold real not null default 0.7,
    created_at timestamptz not null default now(),
    constraint embedding_model_name_is_plain
    check (name ~ '^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$'),
    constraint embedding_dimensions_are_one_to_sixteen_thousand
    check (dimensions between 1 and 16000),
    constraint embedding_threshold_is_a_cosine check (default_threshold between -1 and 1)
);

create unique index embedding_models_default_idx
on pbdb.embedding_models (is_default) where is_default;

-- content_search: the words of the content behind one lexeme that names the organization. It lets
-- one GIN index find a tenant's words without reading the other tenants' (no text yields a lexeme
-- with a space). Punctuation is taken out first: otherwise "object.__getattr__" is the name of a
-- host to the parser, and nobody finds getattr in it. pbdb._memory_words does the same to queries.
create table pbdb.agent_memories (
    id uuid not null default pbdb.uuid_v7(),
    organization_id uuid not null,
    agent_id uuid,
    content text not null,
    metadata jsonb not null default '{}',
    source text,
    importance real,
    expires_at timestamptz,
    content_search tsvector not null generated always as (
        array_to_tsvector(array['organization ' || organization_id::text])
        || to_tsvector('pg_catalog.english', translate(content, './\:@_-=<>', '          '))
    ) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, id),
    constraint memory_content_is_not_empty check (btrim(content) <> ''),
    constraint memory_content_is_at_most_256_kibibytes check (octet_length(content) <= 262144),
    constraint memory_metadata_is_an_object check (jsonb_typeof(metadata) = 'object'),
    constraint memory_importance_is_zero_to_one check (importance between 0 and 1)
);

create index idx_agent_memories_agent_id
on pbdb.agent_memories (organization_id, agent_id) where agent_id is not null;
create index idx_agent_memories_expires_at
on pbdb.agent_memories (expires_at) where expires_at is not null;
-- With the organization in it, for the same reason.
create index idx_agent_memories_metadata on pbdb.agent_memories using gin (
    (metadata || ('{"organization id": "' || organization_id::text || '"}')::jsonb) jsonb_path_ops
);
create index idx_agent_memories_content_search on pbdb.agent_memories using gin (content_search);

-- Narrow on purpose: an exact search reads every row of a tenant. agent_id and expires_at are
-- copies (a trigger keeps them), so that neither kind of search has to visit agent_memories for a
-- row it will not return.
create table pbdb.agent_memory_embeddings (
    organization_id uuid not null,
    memory_id uuid not null,
    agent_id uuid,
    model text not null,
    expires_at timestamptz,
    constraint memory_has_one_embedding_a_model primary key (organization_id, memory_id, model),
    constraint embedding_belongs_to_a_memory_of_its_organization
    foreign key (organization_id, memory_id)
    references pbdb.agent_memories (organization_id, id) on delete cascade,
    constraint embedding_is_of_a_registered_model
    foreign key (model) references pbdb.embedding_models (name)
);

do $do$
declare
    v_schema text := (
        select e.extnamespace::regnamespace from pg_catalog.pg_extension as e where e.extname = 'vector'
    );
begin
    -- embedding has no dimension: models of different sizes share the table, and each model's index
    -- casts to its own. signature holds the sign of each dimension: 48 bytes for 384.
    execute format(
        'alter table pbdb.agent_memory_embeddings add column embedding %1$s.vector not null, '
        'add column signature bit varying not null '
        'generated always as (%1$s.binary_quantize(embedding)::bit varying) stored',
        v_schema
    );
end;
$do$;

-- Vectors stay in the row (up to about 2000 dimensions) and are not worth compressing. The index is
-- read without the table as long as vacuum keeps up with inserts.
alter table pbdb.agent_memory_embeddings alter column embedding set storage external;
alter table pbdb.agent_memory_embeddings set (
    toast_tuple_target = 8160,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

create index idx_agent_memory_embeddings_model
on pbdb.agent_memory_embeddings (
    model, organization_id, agent_id, expires_at, signature, memory_id
);

create table pbdb.agent_memories_to_embed (
    organization_id uuid not null,
    memory_id uuid not null,
    model text not null,
    due_at timestamptz not null default now(),
    attempts int not null default 0,
    token uuid,
    worker text,
    last_error text,
    constraint memory_waits_once_a_model primary key (organization_id, memory_id, model),
    constraint waiting_memory_belongs_to_its_organization
    foreign key (organization_id, memory_id)
    references pbdb.agent_memories (organization_id, id) on delete cascade,
    constraint waiting_memory_names_a_registered_model
    foreign key (model) references pbdb.embedding_models (name)
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

create index agent_memories_to_embed_claim_idx on pbdb.agent_memories_to_embed (model, due_at);

do $do$
declare
    v_table text;
begin
    foreach v_table in array array[
        'embedding_models', 'agent_memories', 'agent_memory_embeddings', 'agent_memories_to_embed'
    ] loop
        execute format('alter table pbdb.%I enable row level security', v_table);
        execute format('alter table pbdb.%I force row level security', v_table);
    end loop;
end;
$do$;

reset role;
