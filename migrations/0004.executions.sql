-- depends: 0003.playbooks
-- What:  what runs: executions, one result row per attempt, the hot ready table, scopes and joins of parallel steps, events,
--        workers, the usage ledger.
-- Locks: none. In flight: nothing exists yet.
--
-- History (executions, results) grows for ever; what runners and sweeps look at is playbook_ready_steps, whose rows are
-- small and deleted when done, so that history never slows a claim.

set local role pbdb_owner;

create table pbdb.playbook_executions (
    id uuid not null primary key default pbdb.uuid_v7(),
    playbook_id uuid not null,
    organization_id uuid not null,
    execution_name varchar(255),
    status pbdb.playbook_execution_status not null default 'PENDING',
    triggered_by uuid,
    trigger_source varchar(50) not null default 'manual',
    input_data jsonb not null default '{}',
    output_data jsonb,
    error_message text,
    error_stack text,
    error_code text,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint generated always as (
        (extract(epoch from completed_at - started_at) * 1000)::bigint
    ) stored,
    current_step_id uuid,
    completed_steps int not null default 0,
    total_steps int,
    transitions int not null default 0,
    is_revisiting boolean not null default false,
    handled_error jsonb,
    pause_reason text,
    paused_at timestamptz,
    deadline_at timestamptz,
    idempotency_key text,
    input_hash text,
    root_execution_id uuid,
    parent_result_id uuid,
    depth int not null default 0,
    finished_xid xid8,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint execution_runs_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade,
    constraint execution_source_is_known
    check (trigger_source in ('manual', 'api', 'scheduled', 'event', 'webhook', 'playbook')),
    constraint execution_paused_says_why
    check (status <> 'PAUSED' or (pause_reason is not null and paused_at is not null)),
    constraint execution_pause_reason_is_known check (pause_reason in ('operator', 'waiting')),
    constraint execution_ends_with_a_time
    check ((completed_at is not null) = (status in ('COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT'))),
    constraint execution_ends_with_its_transaction
    check ((finished_xid is not null) = (completed_at is not null)),
    constraint execution_key_has_a_hash check (idempotency_key is null or input_hash is not null)
)
with (fillfactor = 85);

create unique index idx_playbook_executions_organization_id
on pbdb.playbook_executions (organization_id, id);
create unique index idx_playbook_executions_idempotency_key
on pbdb.playbook_executions (organization_id, idempotency_key) where idempotency_key is not null;
-- finished_xid: what a summary must still count itself because the last roll-up could not see it.
create index idx_playbook_executions_playbook_id
on pbdb.playbook_executions (playbook_id, finished_xid);
-- COMPLETED is nearly every row and no queue of anything; an index entry for it would only cost.
create index idx_playbook_executions_status
on pbdb.playbook_executions (organization_id, status, id) where status <> 'COMPLETED';
create index idx_playbook_executions_started_at
on pbdb.playbook_executions (organization_id, started_at desc);
create index idx_playbook_executions_deadline_at
on pbdb.playbook_executions (deadline_at)
where status in ('PENDING', 'RUNNING') and deadline_at is not null;
create index idx_playbook_executions_root_execution_id
on pbdb.playbook_executions (root_execution_id) where root_execution_id is not null;

create table pbdb.playbook_scopes (
    id uuid not null primary key default pbdb.uuid_v7(),
    organization_id uuid not null,
    execution_id uuid not null,
    parent_result_id uuid not null,
    path uuid[] not null,
    branch varchar(255) not null,
    item_index int,
    item jsonb,
    status pbdb.playbook_execution_status not null default 'RUNNING',
    output_data jsonb,
    error jsonb,
    handled_error jsonb,
    created_at timestamptz not null default now(),
    completed_at timestamptz,
    constraint scope_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
)
with (fillfactor = 85);

create index playbook_scopes_execution_idx
on pbdb.playbook_scopes (execution_id, parent_result_id, item_index);
create unique index playbook_scopes_organization_idx
on pbdb.playbook_scopes (organization_id, id);

create table pbdb.playbook_step_results (
    id uuid not null primary key default pbdb.uuid_v7(),
    execution_id uuid not null,
    step_id uuid not null,
    organization_id uuid not null,
    scope_id uuid,
    status pbdb.step_result_status not null default 'PENDING',
    attempt_number int not null default 1,
    visit int not null default 1,
    input_data jsonb,
    request jsonb,
    output_data jsonb,
    error_message text,
    error_stack text,
    error_code text,
    is_lost boolean not null default false,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint generated always as (
        (extract(epoch from completed_at - started_at) * 1000)::bigint
    ) stored,
    worker text,
    token uuid,
    verdict_hash text,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint result_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade,
    constraint result_is_of_a_step_of_its_organization
    foreign key (organization_id, step_id)
    references pbdb.playbook_steps (organization_id, id) on delete cascade,
    constraint result_attempt_is_positive check (attempt_number > 0),
    constraint result_visit_is_positive check (visit > 0),
    constraint result_ends_with_a_time
    check ((completed_at is not null) = (status not in ('PENDING', 'RUNNING')))
)
with (fillfactor = 80);

create unique index idx_playbook_step_results_execution_id
on pbdb.playbook_step_results (execution_id, step_id, scope_id, visit, attempt_number) nulls not distinct;
create index idx_playbook_step_results_step_id on pbdb.playbook_step_results (step_id);
create index idx_playbook_step_results_status
on pbdb.playbook_step_results (organization_id, status)
where status <> 'COMPLETED' and status <> 'SKIPPED';

create table pbdb.playbook_ready_steps (
    result_id uuid not null primary key,
    organization_id uuid not null,
    execution_id uuid not null,
    handler text collate "C" not null,
    state pbdb.ready_state not null,
    due_at timestamptz not null,
    step_index int not null,
    timeout_seconds int,
    token uuid,
    deadline_at timestamptz,
    event_name text,
    event_match jsonb,
    constraint ready_step_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade,
    constraint ready_step_is_leased_with_a_token check ((state = 'LEASED') = (token is not null))
)
with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 200,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.1
);

create index playbook_ready_steps_claim_idx
on pbdb.playbook_ready_steps (handler, due_at) where state = 'READY';
create index playbook_ready_steps_sweep_idx
on pbdb.playbook_ready_steps (due_at) where state in ('LEASED', 'WAITING');
create index playbook_ready_steps_execution_idx on pbdb.playbook_ready_steps (execution_id);
create index playbook_ready_steps_event_idx
on pbdb.playbook_ready_steps (organization_id, event_name) where event_name is not null;

create table pbdb.playbook_joins (
    result_id uuid not null primary key,
    organization_id uuid not null,
    execution_id uuid not null,
    total int not null,
    next_index int not null default 0,
    open_count int not null default 0,
    succeeded_count int not null default 0,
    failed_count int not null default 0,
    needed int not null,
    max_parallel int not null,
    constraint join_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

create index playbook_joins_execution_idx on pbdb.playbook_joins (execution_id);

create table pbdb.playbook_events (
    id uuid not null primary key default pbdb.uuid_v7(),
    organization_id uuid not null,
    event_name text not null,
    payload jsonb not null default '{}',
    expires_at timestamptz not null,
    consumed_by uuid,
    created_at timestamptz not null default now()
);

create index playbook_events_unconsumed_idx
on pbdb.playbook_events (organization_id, event_name, id) where consumed_by is null;
create index playbook_events_expiry_idx on pbdb.playbook_events (expires_at);

create table pbdb.workers (
    name text not null primary key,
    handlers text[] not null default '{}',
    is_idle boolean not null default false,
    listen_pid int,
    started_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now()
)
with (fillfactor = 50, autovacuum_vacuum_threshold = 50);

create table pbdb.playbook_usage (
    result_id uuid not null primary key,
    organization_id uuid not null,
    execution_id uuid not null,
    step_id uuid not null,
    model text,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cost_usd numeric(16, 8),
    latency_ms bigint,
    details jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint usage_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
);

create index playbook_usage_execution_idx on pbdb.playbook_usage (execution_id);
create index playbook_usage_organization_idx on pbdb.playbook_usage (organization_id, created_at);

-- What a tenant's DATABASE_QUERY runs for; written and removed inside the transaction that runs it.
create table pbdb.query_contexts (
    backend_pid int not null primary key,
    xid xid8 not null,
    organization_id uuid not null
);

do $do$
declare
    v_table text;
begin
    foreach v_table in array array[
        'playbook_executions', 'playbook_step_results', 'playbook_scopes', 'playbook_ready_steps',
        'playbook_joins', 'playbook_events', 'workers', 'playbook_usage', 'query_contexts'
    ] loop
        execute format('alter table pbdb.%I enable row level security', v_table);
        execute format('alter table pbdb.%I force row level security', v_table);
    end loop;
end;
$do$;

-- How the engine's functions hand an execution to each other while one call works on it.

create type pbdb.thread as (
    scope_id uuid,
    step int,
    output jsonb,
    error jsonb
);

create type pbdb.step_effect as (
    status pbdb.step_result_status,
    input jsonb,
    request jsonb,
    output jsonb,
    error_code text,
    error_message text,
    goes_to int
);

create type pbdb.ended_attempt as (
    result_id uuid,
    status pbdb.step_result_status,
    output jsonb,
    error_code text,
    error_message text,
    error_stack text,
    is_lost boolean,
    verdict_hash text,
    completed_at timestamptz
);

create type pbdb.run as (
    execution_id uuid,
    organization_id uuid,
    playbook_id uuid,
    is_new boolean,
    status pbdb.playbook_execution_status,
    execution_name text,
    triggered_by uuid,
    trigger_source text,
    input jsonb,
    output jsonb,
    error_code text,
    error_message text,
    error_stack text,
    handled_error jsonb,
    started_at timestamptz,
    completed_at timestamptz,
    current_step_id uuid,
    completed_steps int,
    total_steps int,
    transitions int,
    is_revisiting boolean,
    pause_reason text,
    paused_at timestamptz,
    deadline_at timestamptz,
    idempotency_key text,
    input_hash text,
    root_execution_id uuid,
    parent_result_id uuid,
    depth int,
    metadata jsonb,
    known jsonb,
    visits jsonb,
    threads pbdb.thread[],
    results pbdb.playbook_step_results[],
    ready pbdb.playbook_ready_steps[],
    ended pbdb.ended_attempt[]
);

comment on type pbdb.thread is
'One place where control stands: a scope (null: the playbook itself), the step to enter next (null: the scope ends), '
'the last output there (SQL null: look it up) and the error that ends the scope.';
comment on type pbdb.step_effect is
'What entering a step came to. PENDING: a handler, a wait or a join has to act.';
comment on type pbdb.ended_attempt is 'The end of an attempt whose row is already stored.';
comment on type pbdb.run is
'An execution while one call works on it: its row, what is known of earlier steps, and what is to be written.';

reset role;
