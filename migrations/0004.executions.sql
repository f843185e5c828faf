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
    is_revisiting boolean not null default false,
    handled_error jsonb,
    pause_reason text,
    paused_at timestamptz,
    deadline_at timestamptz,
    idempotency_key text,
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
    check ((finished_xid is not null) = (completed_at is not null))
)
with (fillfactor = 60);

comment on table pbdb.playbook_executions is
'One run of one playbook version. Written by functions only; reading is free within the tenant.';
comment on column pbdb.playbook_executions.id is
'Id of the execution, as start_playbook_execution returned it.';
comment on column pbdb.playbook_executions.playbook_id is
'The playbook version that it runs, to the end.';
comment on column pbdb.playbook_executions.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_executions.execution_name is 'Name for people; null for none.';
comment on column pbdb.playbook_executions.status is
'Where it stands. COMPLETED, FAILED, CANCELLED and TIMEOUT are final until somebody retries it.';
comment on column pbdb.playbook_executions.triggered_by is
'User of the application who started it; null when unknown.';
comment on column pbdb.playbook_executions.trigger_source is
'manual, api, scheduled, event, webhook, or playbook when a parent execution started it.';
comment on column pbdb.playbook_executions.input_data is
'Input, as checked against input_schema at the start.';
comment on column pbdb.playbook_executions.output_data is 'Output; null until COMPLETED.';
comment on column pbdb.playbook_executions.error_message is
'Why it ended without success; null otherwise.';
comment on column pbdb.playbook_executions.error_stack is
'Technical detail of the error; null when there is none.';
comment on column pbdb.playbook_executions.error_code is
'Code of the error, listed in docs/errors.md; null without an error.';
comment on column pbdb.playbook_executions.started_at is
'When its first step began; null while PENDING.';
comment on column pbdb.playbook_executions.completed_at is
'When it reached a final status; null while open.';
comment on column pbdb.playbook_executions.duration_ms is
'completed_at - started_at in milliseconds, waiting included; null while open.';
comment on column pbdb.playbook_executions.handled_error is
'$error: what the latest on_failure path is handling; null for none.';
comment on column pbdb.playbook_executions.current_step_id is
'The step that was entered or ended last; null before the first.';
comment on column pbdb.playbook_executions.completed_steps is
'Steps finished so far, skipped ones included.';
comment on column pbdb.playbook_executions.total_steps is
'Steps of the playbook version when it started; null when not known.';
comment on column pbdb.playbook_executions.is_revisiting is
'It was retried: any step may have been visited before, so visits are counted from what is stored.';
comment on column pbdb.playbook_executions.pause_reason is
'operator: somebody paused it; waiting: nothing can run until an answer, event or time. Null '
'unless PAUSED.';
comment on column pbdb.playbook_executions.paused_at is
'Since when it is PAUSED; null unless PAUSED.';
comment on column pbdb.playbook_executions.deadline_at is
'When it ends as TIMEOUT; pushed back by the time spent PAUSED. Null: no deadline.';
comment on column pbdb.playbook_executions.idempotency_key is
'Key of the caller, kept in playbook_idempotency_keys: the same request gives this execution again. Null '
'for none.';
comment on column pbdb.playbook_executions.root_execution_id is
'The execution at the top of the tree of child executions; null for a root.';
comment on column pbdb.playbook_executions.parent_result_id is
'The step attempt that started it and waits for it; null for a root.';
comment on column pbdb.playbook_executions.depth is 'Distance to the root execution; 0 for a root.';
comment on column pbdb.playbook_executions.finished_xid is
'Transaction that finished it, so that a roll-up knows what it has seen; null while open.';
comment on column pbdb.playbook_executions.metadata is
'Free data of the application. What a trigger started has its trigger_id there, a dead letter that was put aside the reason.';
comment on column pbdb.playbook_executions.created_at is
'When it was started: clock time, not the start of the writing transaction.';
comment on column pbdb.playbook_executions.updated_at is 'When the row last changed.';

create index idx_playbook_executions_idempotency_key
on pbdb.playbook_executions (organization_id, idempotency_key text_pattern_ops) where idempotency_key is not null;
-- finished_xid: what a summary must still count itself because the last roll-up could not see it.
create index idx_playbook_executions_playbook_id
on pbdb.playbook_executions (playbook_id, finished_xid);
-- COMPLETED is nearly every row and no queue of anything; an index entry for it would only cost.
create index idx_playbook_executions_status
on pbdb.playbook_executions (organization_id, status, id) where status <> 'COMPLETED';
-- The newest of one playbook: what a page about it shows, however many others there are.
create index playbook_executions_page_idx
on pbdb.playbook_executions (organization_id, playbook_id, id);
-- The tenant is part of what is indexed: else a search would read what other tenants' rows have in common.
create index playbook_executions_metadata_idx on pbdb.playbook_executions using gin (
    (metadata || ('{"organization id": "' || organization_id::text || '"}')::jsonb) jsonb_path_ops
) where metadata <> '{}';
create index playbook_executions_name_idx
on pbdb.playbook_executions (organization_id, execution_name varchar_pattern_ops)
where execution_name is not null;
create index idx_playbook_executions_started_at
on pbdb.playbook_executions (organization_id, started_at desc);
-- Retention, from the oldest on, however many stay.
create index playbook_executions_retention_idx
on pbdb.playbook_executions (organization_id, completed_at) where completed_at is not null;
create index idx_playbook_executions_deadline_at
on pbdb.playbook_executions (deadline_at)
where status in ('PENDING', 'RUNNING') and deadline_at is not null;
create index idx_playbook_executions_root_execution_id
on pbdb.playbook_executions (root_execution_id) where root_execution_id is not null;
-- After the others: where statistics say nothing yet, the planner takes the newest of equal indexes, and
-- foreign keys are checked through this one.
create unique index idx_playbook_executions_organization_id
on pbdb.playbook_executions (organization_id, id);

-- Apart from the executions, so that these can be deleted and moved without a repeated request starting
-- anew: no foreign key leads there.
create table pbdb.playbook_idempotency_keys (
    organization_id uuid not null,
    idempotency_key text not null,
    execution_id uuid not null,
    input_hash bytea not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, idempotency_key),
    constraint idempotency_key_has_one_to_five_hundred_characters
    check (length(idempotency_key) between 1 and 500)
);

comment on table pbdb.playbook_idempotency_keys is
'Which execution a key of a caller started. Outlives the execution: a repeated request never starts a second one.';
comment on column pbdb.playbook_idempotency_keys.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_idempotency_keys.idempotency_key is 'Key as the caller gave it.';
comment on column pbdb.playbook_idempotency_keys.execution_id is
'The execution that it started, which may have been deleted since.';
comment on column pbdb.playbook_idempotency_keys.input_hash is
'SHA-256 of the playbook''s name and the input, to tell a repetition from a conflict.';
comment on column pbdb.playbook_idempotency_keys.created_at is
'When the row was written (start of the writing transaction).';

create table pbdb.playbook_replaced_inputs (
    organization_id uuid not null,
    execution_id uuid not null,
    replaced_at timestamptz not null default clock_timestamp(),
    input_data jsonb not null,
    primary key (organization_id, execution_id, replaced_at),
    constraint replaced_input_is_of_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
);

comment on table pbdb.playbook_replaced_inputs is
'Inputs that an execution had before it was retried with another one: what its earlier results read.';
comment on column pbdb.playbook_replaced_inputs.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_replaced_inputs.execution_id is 'The execution that was retried.';
comment on column pbdb.playbook_replaced_inputs.replaced_at is
'Until when this was the input: attempts that began before read it.';
comment on column pbdb.playbook_replaced_inputs.input_data is 'The input as it was.';

create table pbdb.playbook_execution_rollups (
    playbook_id uuid not null,
    organization_id uuid not null,
    horizon xid8 not null default '0',
    finished_count bigint not null default 0,
    completed_count bigint not null default 0,
    failed_count bigint not null default 0,
    timed_count bigint not null default 0,
    duration_sum_ms numeric not null default 0,
    last_created_at timestamptz,
    last_completed_at timestamptz,
    is_last_created_exact boolean not null default true,
    is_last_completed_exact boolean not null default true,
    rolled_up_at timestamptz,
    primary key (organization_id, playbook_id),
    constraint rollup_is_of_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade,
    constraint rollup_counts_are_not_negative
    check (completed_count >= 0 and failed_count >= 0 and finished_count >= completed_count + failed_count)
)
with (fillfactor = 50, autovacuum_vacuum_threshold = 50);

comment on table pbdb.playbook_execution_rollups is
'Counts and sums over the finished executions of a playbook whose finished_xid is below horizon; '
'a summary adds the others itself and is exact at every moment. Kept by roll_up_executions, '
'corrected when a finished execution is retried or deleted.';
comment on column pbdb.playbook_execution_rollups.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_execution_rollups.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_execution_rollups.horizon is
'Every finished execution with a lower finished_xid is counted here, no other is.';
comment on column pbdb.playbook_execution_rollups.finished_count is
'Finished executions below the horizon.';
comment on column pbdb.playbook_execution_rollups.completed_count is 'Those that are COMPLETED.';
comment on column pbdb.playbook_execution_rollups.failed_count is 'Those that are FAILED.';
comment on column pbdb.playbook_execution_rollups.timed_count is 'Those that have a duration.';
comment on column pbdb.playbook_execution_rollups.duration_sum_ms is
'Sum of their durations in milliseconds.';
comment on column pbdb.playbook_execution_rollups.last_created_at is
'No execution counted here was created later; null when none was counted.';
comment on column pbdb.playbook_execution_rollups.last_completed_at is
'No execution counted here was completed later; null when none was counted.';
comment on column pbdb.playbook_execution_rollups.is_last_created_exact is
'False: the execution that last_created_at came from is gone, so it is only a bound.';
comment on column pbdb.playbook_execution_rollups.is_last_completed_exact is
'False: the execution that last_completed_at came from is gone, so it is only a bound.';
comment on column pbdb.playbook_execution_rollups.rolled_up_at is
'When executions were last folded in; null: never.';

create table pbdb.playbook_execution_hours (
    organization_id uuid not null,
    playbook_id uuid not null,
    hour timestamptz not null,
    status pbdb.playbook_execution_status not null,
    duration_class int not null,
    execution_count bigint not null,
    duration_sum_ms numeric not null,
    primary key (organization_id, playbook_id, hour, status, duration_class),
    constraint hour_is_of_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade,
    constraint hour_count_is_not_negative check (execution_count >= 0)
)
with (fillfactor = 80);

comment on table pbdb.playbook_execution_hours is
'The executions that playbook_execution_rollups holds, by the hour in which they ended, status and class of duration. '
'Kept with it.';
comment on column pbdb.playbook_execution_hours.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_execution_hours.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_execution_hours.hour is 'Beginning of the hour, of UTC.';
comment on column pbdb.playbook_execution_hours.status is 'How they ended.';
comment on column pbdb.playbook_execution_hours.duration_class is
'Their duration is from 2^(n/4) to before 2^((n+1)/4) milliseconds; -1: they never began.';
comment on column pbdb.playbook_execution_hours.execution_count is 'How many they are.';
comment on column pbdb.playbook_execution_hours.duration_sum_ms is 'Sum of their durations in milliseconds.';

create table pbdb.playbook_scopes (
    id uuid not null default pbdb.uuid_v7(),
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
    primary key (organization_id, id),
    constraint scope_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
)
with (fillfactor = 85);

comment on table pbdb.playbook_scopes is
'One branch or one item of a PARALLEL_EXECUTION step that is running or has run.';
comment on column pbdb.playbook_scopes.id is 'Id of the scope.';
comment on column pbdb.playbook_scopes.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_scopes.execution_id is 'The execution that it belongs to.';
comment on column pbdb.playbook_scopes.parent_result_id is
'The attempt of the PARALLEL_EXECUTION step that opened it.';
comment on column pbdb.playbook_scopes.path is
'The scopes around it, outermost first, and itself last.';
comment on column pbdb.playbook_scopes.branch is 'Name of the branch; item for a for_each.';
comment on column pbdb.playbook_scopes.item_index is
'Position of the item in the array, from 0 ($index); null for a named branch.';
comment on column pbdb.playbook_scopes.item is 'The item ($item); null for a named branch.';
comment on column pbdb.playbook_scopes.status is 'RUNNING, then how it ended.';
comment on column pbdb.playbook_scopes.output_data is
'Output of its last completed step; null until it ended with success.';
comment on column pbdb.playbook_scopes.error is
'Error that ended it: code, message, step; null otherwise.';
comment on column pbdb.playbook_scopes.handled_error is
'$error inside this scope: what its latest on_failure path is handling; null for none.';
comment on column pbdb.playbook_scopes.created_at is
'When the row was written (start of the writing transaction).';
comment on column pbdb.playbook_scopes.completed_at is 'When it ended; null while it runs.';

create index playbook_scopes_execution_idx
on pbdb.playbook_scopes (execution_id, parent_result_id, item_index);

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
    error_details jsonb,
    error_code text,
    is_lost boolean not null default false,
    started_at timestamptz,
    completed_at timestamptz,
    duration_ms bigint generated always as (
        (extract(epoch from completed_at - started_at) * 1000)::bigint
    ) stored,
    worker text,
    token uuid,
    verdict_hash bigint,
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
-- A row that a runner works on is written three times. What no longer fits its page is written into all
-- indexes again, which costs more than the room: 80 took 3 % longer.
with (fillfactor = 70);

comment on table pbdb.playbook_step_results is
'One attempt of one step of one execution: what went in, what came out, how it ended.';
comment on column pbdb.playbook_step_results.id is
'Id of the attempt; runners know it as step_result_id.';
comment on column pbdb.playbook_step_results.execution_id is 'The execution that it belongs to.';
comment on column pbdb.playbook_step_results.step_id is 'The step that was attempted.';
comment on column pbdb.playbook_step_results.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_step_results.scope_id is
'The parallel branch or item that it ran in; null outside.';
comment on column pbdb.playbook_step_results.status is
'PENDING or RUNNING while open; COMPLETED, FAILED, SKIPPED or TIMEOUT for good.';
comment on column pbdb.playbook_step_results.attempt_number is
'1 for the first attempt of a visit; counted when it is claimed.';
comment on column pbdb.playbook_step_results.visit is
'1 for the first time the execution came to this step, more in loops.';
comment on column pbdb.playbook_step_results.input_data is
'Input, mapped and checked. Null when it was not built: not entered yet, or skipped by its condition; '
'and where it would repeat the execution''s: without a mapping in items of a for_each, in later visits, '
'and when that input is longer than 2,000 bytes as it is stored. '
'get_step_result gives it in any case.';
comment on column pbdb.playbook_step_results.request is
'Settings with expressions resolved, as the handler received them; null for steps without.';
comment on column pbdb.playbook_step_results.output_data is
'Output, checked against output_schema; null unless COMPLETED.';
comment on column pbdb.playbook_step_results.error_message is
'What went wrong, or why it was skipped; null otherwise.';
comment on column pbdb.playbook_step_results.error_stack is
'Technical detail of the error; null when there is none.';
comment on column pbdb.playbook_step_results.error_details is
'What the failure carried beside its message, at most 16 KiB as text: the body of a refused request, '
'what a function raised with, the failures of a parallel step; null for none.';
comment on column pbdb.playbook_step_results.error_code is
'Code of the error, listed in docs/errors.md; null without an error.';
comment on column pbdb.playbook_step_results.is_lost is
'The runner vanished: its lease expired before it reported.';
comment on column pbdb.playbook_step_results.started_at is
'When the attempt began; null while PENDING.';
comment on column pbdb.playbook_step_results.completed_at is 'When it ended; null while open.';
comment on column pbdb.playbook_step_results.duration_ms is
'completed_at - started_at in milliseconds; null while open.';
comment on column pbdb.playbook_step_results.worker is
'Name of the runner that claimed it; null when the database ran it itself.';
comment on column pbdb.playbook_step_results.token is
'Token of the latest claim: reports that carry another one are stale. Null before the first claim.';
comment on column pbdb.playbook_step_results.verdict_hash is
'Hash of the accepted report, to tell a repeated report from a conflicting one.';
comment on column pbdb.playbook_step_results.metadata is
'Who answered a wait (answered_by), or the answers so far of one that asks for several (answers); null otherwise.';
comment on column pbdb.playbook_step_results.created_at is
'When the attempt was queued or begun: clock time, not the start of the writing transaction.';
comment on column pbdb.playbook_step_results.updated_at is 'When the row last changed.';

create unique index idx_playbook_step_results_organization_id
on pbdb.playbook_step_results (organization_id, id);
create index idx_playbook_step_results_step_id on pbdb.playbook_step_results (step_id);
-- A b-tree that reads status would make each attempt write all its indexes twice: an update stays in place
-- only while no b-tree depends on what it changes. A summary of each four pages is not in its way: it says
-- where there is anything that did not succeed. What failed, exactly, is in the next index, and what is open
-- in the queue's table.
create index idx_playbook_step_results_status
on pbdb.playbook_step_results using brin (organization_id)
with (pages_per_range = 4, autosummarize = on)
where status <> 'COMPLETED' and status <> 'SKIPPED';
create index idx_playbook_step_results_error_code
on pbdb.playbook_step_results (organization_id, error_code, id) where error_code is not null;
-- After the others: where statistics say nothing yet, the planner takes the newest of equal indexes, and
-- the engine looks for what an execution knows of a step.
create unique index idx_playbook_step_results_execution_id
on pbdb.playbook_step_results (
    organization_id, execution_id, step_id, scope_id, visit, attempt_number
) nulls not distinct;

create table pbdb.playbook_ready_steps (
    result_id uuid not null,
    organization_id uuid not null,
    execution_id uuid not null,
    handler text collate "C",
    waits_for pbdb.wait_reason,
    state pbdb.ready_state not null,
    due_at timestamptz not null,
    step_index int not null,
    timeout_seconds int,
    token uuid,
    deadline_at timestamptz,
    event_name text,
    event_match jsonb,
    refusals int not null default 0,
    -- Everybody who names an attempt knows its execution, so one index finds a row and a whole execution.
    primary key (organization_id, execution_id, result_id),
    constraint ready_step_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade,
    constraint ready_step_is_leased_with_a_token check ((state = 'LEASED') = (token is not null)),
    constraint ready_step_has_a_handler_or_says_what_it_waits_for
    check ((handler is null) = (waits_for is not null)),
    constraint ready_step_waits_for_something
    check ((state = 'WAITING') = coalesce(waits_for <> 'ENGINE', false)),
    constraint ready_step_names_an_event_when_it_waits_for_one
    check (coalesce(waits_for = 'EVENT', false) = (event_name is not null)),
    constraint ready_step_matches_the_event_that_it_names
    check ((event_name is null) = (event_match is null))
)
with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 200,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.1,
    -- Giving empty pages back would lock claims out for as long as it takes, to need them again at once.
    vacuum_truncate = false
);

comment on table pbdb.playbook_ready_steps is
'The hot table: one small row for each step that can run, is running in a runner, or waits. '
'Deleted when done.';
comment on column pbdb.playbook_ready_steps.result_id is 'The attempt in playbook_step_results.';
comment on column pbdb.playbook_ready_steps.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_ready_steps.execution_id is 'The execution that it belongs to.';
comment on column pbdb.playbook_ready_steps.handler is
'Handler key, such as API_CALL or CUSTOM_FUNCTION:name: who can run it; null when it waits for something else.';
comment on column pbdb.playbook_ready_steps.waits_for is
'What it waits for; null when a handler can run it.';
comment on column pbdb.playbook_ready_steps.state is
'READY, LEASED, WAITING or HELD; decides what due_at means.';
comment on column pbdb.playbook_ready_steps.due_at is
'READY: not before. LEASED: end of the lease. WAITING: end of the wait (infinity for none).';
comment on column pbdb.playbook_ready_steps.token is
'Token of the current lease; null unless LEASED.';
comment on column pbdb.playbook_ready_steps.step_index is
'Position of the step in the compiled program.';
comment on column pbdb.playbook_ready_steps.timeout_seconds is
'Time one attempt may take, counted from its claim; null: no limit.';
comment on column pbdb.playbook_ready_steps.deadline_at is
'When the attempt itself times out, however often the lease is extended; null when it does not.';
comment on column pbdb.playbook_ready_steps.event_name is
'Event that it waits for; null when it waits for none.';
comment on column pbdb.playbook_ready_steps.event_match is
'The payload must contain this object; null when it waits for no event.';
comment on column pbdb.playbook_ready_steps.refusals is
'How often a runner gave it back because it could not execute it.';

-- What waits for the engine stands there too, under the handler null.
create index playbook_ready_steps_claim_idx
on pbdb.playbook_ready_steps (handler, due_at) where state = 'READY';
create index playbook_ready_steps_sweep_idx
on pbdb.playbook_ready_steps (due_at) where state in ('LEASED', 'WAITING');
-- Tenants in turns: from one that has due steps to the next.
create index playbook_ready_steps_turn_idx
on pbdb.playbook_ready_steps (handler, organization_id, due_at) where state = 'READY';
create index playbook_ready_steps_event_idx
on pbdb.playbook_ready_steps (organization_id, event_name) where event_name is not null;
-- A tenant's inbox must not read the waits of all tenants.
create index playbook_ready_steps_inbox_idx
on pbdb.playbook_ready_steps (organization_id, result_id) where state = 'WAITING';

create table pbdb.playbook_joins (
    result_id uuid not null,
    organization_id uuid not null,
    execution_id uuid not null,
    scope_id uuid,
    step_index int not null,
    total int not null,
    next_index int not null default 0,
    open_count int not null default 0,
    succeeded_count int not null default 0,
    failed_count int not null default 0,
    needed int not null,
    waits_for_all boolean not null,
    max_parallel int not null,
    primary key (organization_id, execution_id, result_id),
    constraint join_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

comment on table pbdb.playbook_joins is
'Counters of a PARALLEL_EXECUTION step that is running. Changed under the lock of the execution.';
comment on column pbdb.playbook_joins.result_id is 'The attempt of the PARALLEL_EXECUTION step.';
comment on column pbdb.playbook_joins.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_joins.execution_id is 'The execution that it belongs to.';
comment on column pbdb.playbook_joins.total is 'Branches or items altogether.';
comment on column pbdb.playbook_joins.next_index is 'The next one to start.';
comment on column pbdb.playbook_joins.open_count is 'Started and not ended.';
comment on column pbdb.playbook_joins.succeeded_count is 'Ended with success.';
comment on column pbdb.playbook_joins.failed_count is 'Ended otherwise.';
comment on column pbdb.playbook_joins.needed is
'Successes that complete the join: total for all, 1 for any, n for at_least, 0 when failures are tolerated.';
comment on column pbdb.playbook_joins.waits_for_all is 'The join completes only when every branch has ended.';
comment on column pbdb.playbook_joins.scope_id is 'The scope that the step itself stands in; null: the playbook.';
comment on column pbdb.playbook_joins.step_index is 'The step''s index in the compiled program.';
comment on column pbdb.playbook_joins.max_parallel is 'How many may be open at once.';

create table pbdb.playbook_events (
    id uuid not null default pbdb.uuid_v7(),
    organization_id uuid not null,
    event_name text not null,
    payload jsonb not null default '{}',
    idempotency_key text,
    woken int not null default 0,
    emitted_xid xid8 not null default pg_current_xact_id(),
    expires_at timestamptz not null,
    purge_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, id),
    constraint event_is_kept_until_it_expires check (purge_at >= expires_at)
);

comment on table pbdb.playbook_events is
'Events that emit_playbook_event received, kept for their time for waits that begin later, whoever has taken '
'them already.';
comment on column pbdb.playbook_events.id is 'Id of the event; earlier events have lower ids.';
comment on column pbdb.playbook_events.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_events.event_name is 'Name that waits and triggers compare.';
comment on column pbdb.playbook_events.payload is
'What the event carries; the answer of the wait that it ends.';
comment on column pbdb.playbook_events.idempotency_key is
'Key that the emitter gave: the same event under it is delivered once. Null for none.';
comment on column pbdb.playbook_events.woken is
'How many waits and triggers took an event with an idempotency key when it was emitted: what a repeated call '
'answers.';
comment on column pbdb.playbook_events.emitted_xid is
'Transaction that emitted it: sweeps look for waits that it could not see until all that ran beside it have ended.';
comment on column pbdb.playbook_events.expires_at is 'Until when a later wait may take it.';
comment on column pbdb.playbook_events.purge_at is
'From when a sweep removes it: when it expires, with an idempotency key a day after it came at the earliest.';
comment on column pbdb.playbook_events.created_at is
'When the row was written (start of the writing transaction).';

create index playbook_events_name_idx on pbdb.playbook_events (organization_id, event_name, id);
create unique index playbook_events_key_idx
on pbdb.playbook_events (organization_id, idempotency_key) where idempotency_key is not null;
create index playbook_events_emitted_idx on pbdb.playbook_events (emitted_xid);
create index playbook_events_purge_idx on pbdb.playbook_events (purge_at);

-- Without a key to its event, whose row all that take it would lock: it goes by the time that it has from it.
create table pbdb.playbook_event_receipts (
    organization_id uuid not null,
    event_id uuid not null,
    execution_id uuid not null,
    step_id uuid not null,
    scope_id uuid,
    purge_at timestamptz not null,
    created_at timestamptz not null default now(),
    constraint receipt_is_one_for_a_step_and_scope
    unique nulls not distinct (organization_id, event_id, execution_id, step_id, scope_id)
);

comment on table pbdb.playbook_event_receipts is
'Which steps of which executions have taken an event: each takes it once, however often it is visited.';
comment on column pbdb.playbook_event_receipts.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_event_receipts.event_id is 'The event.';
comment on column pbdb.playbook_event_receipts.execution_id is 'The execution that took it.';
comment on column pbdb.playbook_event_receipts.step_id is 'Its step that waited.';
comment on column pbdb.playbook_event_receipts.scope_id is
'The branch or item that waited; null outside parallel steps.';
comment on column pbdb.playbook_event_receipts.purge_at is
'From when a sweep removes it: the event''s.';
comment on column pbdb.playbook_event_receipts.created_at is
'When the row was written (start of the writing transaction).';

create index playbook_event_receipts_purge_idx on pbdb.playbook_event_receipts (purge_at);

-- An emitter and a wait that begins at the same moment cannot see each other. A wait has its transaction id
-- before it looks for events, so those that missed an event have ended when everything has that had begun when
-- the event was first seen.
create table pbdb.playbook_event_horizon (
    is_only boolean not null default true primary key,
    settled_below xid8 not null default '0',
    next_below xid8,
    next_after xid8,
    constraint event_horizon_is_one_row check (is_only)
);

comment on table pbdb.playbook_event_horizon is
'One row: which events sweeps still compare with waits. Of the whole database, as transaction ids are.';
comment on column pbdb.playbook_event_horizon.is_only is 'True: there is one row.';
comment on column pbdb.playbook_event_horizon.settled_below is
'Events of earlier transactions can have been missed by nobody, or have been delivered.';
comment on column pbdb.playbook_event_horizon.next_below is
'What settled_below becomes next: events of earlier transactions had all been committed when it was set. Null '
'when nothing was looked at since.';
comment on column pbdb.playbook_event_horizon.next_after is
'Becomes so when every transaction before this one has ended.';

insert into pbdb.playbook_event_horizon default values;

create table pbdb.playbook_setbacks (
    organization_id uuid not null,
    subject_id uuid not null,
    execution_id uuid,
    place text not null,
    failed_turns int not null default 1,
    not_before timestamptz not null,
    error_code text not null,
    error_message text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, subject_id),
    constraint setback_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade,
    constraint setback_place_is_known
    check (place in ('sweep', 'claim', 'report', 'sql step', 'event', 'schedule')),
    constraint setback_has_a_failed_turn check (failed_turns > 0)
);

comment on table pbdb.playbook_setbacks is
'What could not be moved for a reason that is not a step''s own, and is put aside until its next turn: '
'nobody else waits for it. Empty in a healthy database.';
comment on column pbdb.playbook_setbacks.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_setbacks.subject_id is
'What is put aside: an attempt, an execution whose time is over, a kept event or a trigger.';
comment on column pbdb.playbook_setbacks.execution_id is
'The execution that it belongs to; null for an event and a trigger.';
comment on column pbdb.playbook_setbacks.place is
'What was being done: sweep, claim, report, sql step, event or schedule.';
comment on column pbdb.playbook_setbacks.failed_turns is
'How often it failed in a row; after five times it fails for good.';
comment on column pbdb.playbook_setbacks.not_before is 'When it has its next turn.';
comment on column pbdb.playbook_setbacks.error_code is 'SQLSTATE of the last error.';
comment on column pbdb.playbook_setbacks.error_message is 'Message of the last error.';
comment on column pbdb.playbook_setbacks.created_at is 'When it failed first.';
comment on column pbdb.playbook_setbacks.updated_at is 'When it failed last.';

create index playbook_setbacks_execution_idx
on pbdb.playbook_setbacks (organization_id, execution_id) where execution_id is not null;

create table pbdb.playbook_audit (
    organization_id uuid not null,
    id uuid not null default pbdb.uuid_v7(),
    actor text,
    login text not null,
    request_id text,
    action text not null,
    object_id uuid,
    object_name text,
    reason text,
    details jsonb,
    created_at timestamptz not null default clock_timestamp(),
    primary key (organization_id, id),
    constraint audit_actor_is_at_most_255_characters check (length(actor) <= 255),
    constraint audit_action_is_an_object_and_an_act check (action ~ '^[a-z_]+\.[a-z_]+$')
);

comment on table pbdb.playbook_audit is
'Who defined, changed, steered and answered what. Only added to; what it is about may be gone.';
comment on column pbdb.playbook_audit.organization_id is 'Tenant.';
comment on column pbdb.playbook_audit.id is 'In the order of time.';
comment on column pbdb.playbook_audit.actor is
'Who, as set_actor was told by the application; null when it was not called.';
comment on column pbdb.playbook_audit.login is 'The login of the session (session_user).';
comment on column pbdb.playbook_audit.request_id is 'The id of the request, for logs; null for none.';
comment on column pbdb.playbook_audit.action is
'What was done to what: playbook.activate, execution.cancel, step.answer.';
comment on column pbdb.playbook_audit.object_id is 'The playbook version, execution, agent, trigger and so on.';
comment on column pbdb.playbook_audit.object_name is
'Its name then; of an execution, the step that it was about; null for none.';
comment on column pbdb.playbook_audit.reason is 'Why, where it was said.';
comment on column pbdb.playbook_audit.details is 'What else matters: a version, names of what changed; null for nothing.';
comment on column pbdb.playbook_audit.created_at is 'When, by the clock of the server.';

create index playbook_audit_object_idx on pbdb.playbook_audit (organization_id, object_id, id);

create table pbdb.workers (
    name text not null primary key,
    handlers text[] not null default '{}',
    is_idle boolean not null default false,
    listen_pid int,
    started_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now()
)
with (fillfactor = 50, autovacuum_vacuum_threshold = 50);

comment on table pbdb.workers is
'Runners that have reported lately. Of no tenant, so only pbdb_monitor and the functions read it.';
comment on column pbdb.workers.name is 'Name that the runner chose; unique among the live ones.';
comment on column pbdb.workers.handlers is 'Handler keys that it takes.';
comment on column pbdb.workers.is_idle is
'True: it waits for a notification. When nobody is idle none is sent.';
comment on column pbdb.workers.listen_pid is
'Backend that listens for it, to find out that it is gone; null without one.';
comment on column pbdb.workers.started_at is 'When it registered.';
comment on column pbdb.workers.last_seen_at is 'When it registered or last said whether it is idle; while it works it says nothing.';

create table pbdb.playbook_usage (
    result_id uuid not null,
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
    primary key (organization_id, result_id),
    constraint usage_belongs_to_an_execution_of_its_organization
    foreign key (organization_id, execution_id)
    references pbdb.playbook_executions (organization_id, id) on delete cascade
);

comment on table pbdb.playbook_usage is
'Tokens, cost and time of steps that reported any: the ledger for budgets and invoices.';
comment on column pbdb.playbook_usage.result_id is 'The attempt that used them.';
comment on column pbdb.playbook_usage.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_usage.execution_id is 'The execution that it belongs to.';
comment on column pbdb.playbook_usage.step_id is 'The step that was attempted.';
comment on column pbdb.playbook_usage.model is 'Model that was called; null when no model was.';
comment on column pbdb.playbook_usage.input_tokens is 'Tokens sent.';
comment on column pbdb.playbook_usage.output_tokens is 'Tokens received.';
comment on column pbdb.playbook_usage.cost_usd is
'Cost in US dollars; null when the price is not known.';
comment on column pbdb.playbook_usage.latency_ms is
'Time spent waiting for the provider in milliseconds; null when not measured.';
comment on column pbdb.playbook_usage.details is 'What else the provider reported.';
comment on column pbdb.playbook_usage.created_at is
'When the row was written (start of the writing transaction).';

create index playbook_usage_execution_idx on pbdb.playbook_usage (execution_id);
create index playbook_usage_organization_idx on pbdb.playbook_usage (organization_id, created_at);

-- What a tenant's DATABASE_QUERY runs for; written and removed inside the transaction that runs it.
create table pbdb.query_contexts (
    backend_pid int not null primary key,
    xid xid8 not null,
    organization_id uuid not null
);

comment on table pbdb.query_contexts is
'The tenant that a running DATABASE_QUERY belongs to: what current_organization_id() says to '
'pbdb_query, whatever the query sets. Written and removed inside one transaction.';
comment on column pbdb.query_contexts.backend_pid is 'The backend that runs the query.';
comment on column pbdb.query_contexts.xid is
'Its transaction: a row of another transaction does not count.';
comment on column pbdb.query_contexts.organization_id is 'The tenant of the step.';

do $do$
declare
    v_table text;
begin
    foreach v_table in array array[
        'playbook_executions', 'playbook_idempotency_keys', 'playbook_replaced_inputs',
        'playbook_step_results', 'playbook_scopes', 'playbook_ready_steps', 'playbook_joins',
        'playbook_events', 'playbook_event_receipts', 'playbook_event_horizon',
        'playbook_setbacks', 'playbook_audit', 'workers', 'playbook_usage',
        'playbook_execution_rollups', 'playbook_execution_hours', 'query_contexts'
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
    goes_to int,
    plan jsonb
);

create type pbdb.ended_attempt as (
    result_id uuid,
    status pbdb.step_result_status,
    output jsonb,
    error_code text,
    error_message text,
    error_stack text,
    error_details jsonb,
    is_lost boolean,
    verdict_hash bigint,
    completed_at timestamptz
);

create type pbdb.playbook_call as (
    result_id uuid,
    playbook_id uuid,
    input jsonb
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
    is_revisiting boolean,
    pause_reason text,
    paused_at timestamptz,
    deadline_at timestamptz,
    idempotency_key text,
    root_execution_id uuid,
    parent_result_id uuid,
    depth int,
    metadata jsonb,
    known jsonb,
    visits jsonb,
    threads pbdb.thread[],
    results pbdb.playbook_step_results[],
    ready pbdb.playbook_ready_steps[],
    ended pbdb.ended_attempt[],
    calls pbdb.playbook_call[],
    cancels uuid[]
);

create type pbdb.execution_filter as (
    organization_id uuid,
    playbook_ids uuid[],
    statuses pbdb.playbook_execution_status[],
    from_id uuid,
    to_id uuid,
    sources text[],
    metadata jsonb,
    error_code text,
    search text,
    with_children boolean
);

create type pbdb.claimed_step as (
    step_result_id uuid,
    token uuid,
    organization_id uuid,
    execution_id uuid,
    step_id uuid,
    step_name text,
    step_type pbdb.playbook_step_type,
    handler text,
    attempt_number int,
    visit int,
    max_attempts int,
    config jsonb,
    input jsonb,
    output_schema jsonb,
    timeout_seconds int,
    deadline_at timestamptz,
    lease_expires_at timestamptz,
    idempotency_key text,
    playbook_name text,
    execution_name text,
    agent jsonb
);

create type pbdb.verdict as (
    step_result_id uuid,
    outcome text,
    code text,
    message text
);

comment on type pbdb.claimed_step is
'Everything a handler needs, with the token that every further call about this attempt must carry.';
comment on type pbdb.verdict is
'What became of one report: accepted, repeated, failed, released, extended, stale, conflict, cancelled, timed_out, busy; '
'code and message say why not.';
comment on type pbdb.thread is
'One place where control stands: a scope (null: the playbook itself), the step to enter next (null: the scope ends), '
'the last output there (SQL null: look it up) and the error that ends the scope.';
comment on type pbdb.step_effect is
'What entering a step came to. PENDING: a handler, a wait, a join or a child has to act, the last three '
'by plan.';
comment on type pbdb.execution_filter is
'Which executions a list shows: those of a tenant that pass every field that is not null. Ids from from_id to before '
'to_id; search is the beginning of an id, a name or an idempotency key; with_children is never null.';
comment on type pbdb.ended_attempt is 'The end of an attempt whose row is already stored.';
comment on type pbdb.playbook_call is
'A child execution that a step has called and that begins when the run is written.';
comment on type pbdb.run is
'An execution while one call works on it: its row, what is known of earlier steps, and what is to be written.';

comment on column pbdb.thread.scope_id is 'The scope: a branch or an item; null: the playbook itself.';
comment on column pbdb.thread.step is 'Index of the step to enter next; null: the scope ends.';
comment on column pbdb.thread.output is 'Output of the step that completed last in it; SQL null: look it up.';
comment on column pbdb.thread.error is 'The error that ends the scope: code, message, step; null for none.';

comment on column pbdb.step_effect.status is
'SKIPPED, COMPLETED or FAILED when it is over; PENDING when somebody has to act.';
comment on column pbdb.step_effect.input is 'Input, mapped and checked; null when the condition was false.';
comment on column pbdb.step_effect.request is 'Settings whose expressions were resolved; null for steps without.';
comment on column pbdb.step_effect.output is 'Output; null unless COMPLETED.';
comment on column pbdb.step_effect.error_code is 'Code of the error; null without one.';
comment on column pbdb.step_effect.error_message is 'What went wrong, or why it was skipped.';
comment on column pbdb.step_effect.goes_to is 'Index of the step that a branch chose; null: the next in order.';
comment on column pbdb.step_effect.plan is 'What a wait, a join or a call needs to begin; null for other steps.';

comment on column pbdb.ended_attempt.result_id is 'The attempt.';
comment on column pbdb.ended_attempt.status is 'How it ended.';
comment on column pbdb.ended_attempt.output is 'Output; null unless COMPLETED.';
comment on column pbdb.ended_attempt.error_code is 'Code of the error; null without one.';
comment on column pbdb.ended_attempt.error_message is 'What went wrong; null without an error.';
comment on column pbdb.ended_attempt.error_stack is 'Technical detail; null for none.';
comment on column pbdb.ended_attempt.error_details is 'What the failure carried beside; null for none.';
comment on column pbdb.ended_attempt.is_lost is 'The lease ran out before a report came.';
comment on column pbdb.ended_attempt.verdict_hash is 'Hash of the report that ended it; null when no report did.';
comment on column pbdb.ended_attempt.completed_at is 'When it ended.';

comment on column pbdb.playbook_call.result_id is 'The attempt that calls and waits.';
comment on column pbdb.playbook_call.playbook_id is 'The version that it calls.';
comment on column pbdb.playbook_call.input is 'Input of the child.';

comment on column pbdb.run.execution_id is 'The execution.';
comment on column pbdb.run.organization_id is 'Tenant.';
comment on column pbdb.run.playbook_id is 'The version that it runs.';
comment on column pbdb.run.is_new is 'Its row is not written yet.';
comment on column pbdb.run.status is 'As in playbook_executions, like all that has the name of a column there.';
comment on column pbdb.run.execution_name is 'Name for people.';
comment on column pbdb.run.triggered_by is 'Who started it.';
comment on column pbdb.run.trigger_source is 'How it was started.';
comment on column pbdb.run.input is 'input_data.';
comment on column pbdb.run.output is 'output_data.';
comment on column pbdb.run.error_code is 'Why it ended without success.';
comment on column pbdb.run.error_message is 'The same in words.';
comment on column pbdb.run.error_stack is 'Technical detail.';
comment on column pbdb.run.handled_error is '$error outside branches.';
comment on column pbdb.run.started_at is 'When it began.';
comment on column pbdb.run.completed_at is 'When it ended; null while it moves.';
comment on column pbdb.run.current_step_id is 'The step that was entered or ended last.';
comment on column pbdb.run.completed_steps is 'Steps finished so far.';
comment on column pbdb.run.total_steps is 'Steps of the version.';
comment on column pbdb.run.is_revisiting is 'It was retried, so visits are counted from what is stored.';
comment on column pbdb.run.pause_reason is 'Why it is PAUSED.';
comment on column pbdb.run.paused_at is 'Since when.';
comment on column pbdb.run.deadline_at is 'When it times out.';
comment on column pbdb.run.idempotency_key is 'Key of the caller.';
comment on column pbdb.run.root_execution_id is 'The top of its family; null for a root.';
comment on column pbdb.run.parent_result_id is 'The attempt that called it; null for a root.';
comment on column pbdb.run.depth is 'Distance to the root.';
comment on column pbdb.run.metadata is 'Free data of the application.';
comment on column pbdb.run.known is
'{output, status, error} of steps outside branches that ended in this call, by index, for who reads them.';
comment on column pbdb.run.visits is 'How often a step was entered in a scope, by _visit_key, for loops and retries.';
comment on column pbdb.run.threads is 'Where control stands and has not been moved on from; the last is taken first.';
comment on column pbdb.run.results is 'Attempts that are not written yet.';
comment on column pbdb.run.ready is 'Rows for the queue that are not written yet.';
comment on column pbdb.run.ended is 'Ends of stored attempts that are not written yet.';
comment on column pbdb.run.calls is 'Child executions that begin when the run is written.';
comment on column pbdb.run.cancels is 'Child executions that are cancelled when the run is written.';

comment on column pbdb.claimed_step.step_result_id is 'The attempt.';
comment on column pbdb.claimed_step.token is 'What every further call about it must carry.';
comment on column pbdb.claimed_step.organization_id is 'Tenant; for routing only, the token decides.';
comment on column pbdb.claimed_step.execution_id is 'The execution.';
comment on column pbdb.claimed_step.step_id is 'The step.';
comment on column pbdb.claimed_step.step_name is 'Its name.';
comment on column pbdb.claimed_step.step_type is 'Its type.';
comment on column pbdb.claimed_step.handler is 'The handler key under which it was claimed.';
comment on column pbdb.claimed_step.attempt_number is '1 for the first attempt of a visit.';
comment on column pbdb.claimed_step.visit is 'How often this scope has come to the step.';
comment on column pbdb.claimed_step.max_attempts is 'How many attempts a visit may have.';
comment on column pbdb.claimed_step.config is 'Its settings, with those that have expressions resolved.';
comment on column pbdb.claimed_step.input is 'Its input, mapped and checked.';
comment on column pbdb.claimed_step.output_schema is 'What the output must fit; null for anything.';
comment on column pbdb.claimed_step.timeout_seconds is 'How long an attempt may take, from its claim.';
comment on column pbdb.claimed_step.deadline_at is 'When this attempt times out, however often the lease is extended.';
comment on column pbdb.claimed_step.lease_expires_at is 'When the lease ends if no heartbeat comes.';
comment on column pbdb.claimed_step.idempotency_key is 'The same for every attempt of one visit: for effects outside.';
comment on column pbdb.claimed_step.playbook_name is 'Name of the playbook.';
comment on column pbdb.claimed_step.execution_name is 'Name of the execution; null for none.';
comment on column pbdb.claimed_step.agent is 'The agents row as JSON for AGENT_EXECUTION:@model; null otherwise.';

comment on column pbdb.verdict.step_result_id is 'The attempt that was reported.';
comment on column pbdb.verdict.outcome is 'What became of the report.';
comment on column pbdb.verdict.code is
'PB002 or PB003 for a report that does not count, the steps error code for an attempt that failed; null otherwise.';
comment on column pbdb.verdict.message is 'The same in words.';

comment on column pbdb.execution_filter.organization_id is 'Tenant; never null.';
comment on column pbdb.execution_filter.playbook_ids is 'Versions; null for all.';
comment on column pbdb.execution_filter.statuses is 'Statuses; null for all.';
comment on column pbdb.execution_filter.from_id is 'Lowest id.';
comment on column pbdb.execution_filter.to_id is 'First id that is too high.';
comment on column pbdb.execution_filter.sources is 'Trigger sources; null for all.';
comment on column pbdb.execution_filter.metadata is 'What metadata must contain.';
comment on column pbdb.execution_filter.error_code is 'Error code.';
comment on column pbdb.execution_filter.search is 'Beginning of an id, a name or an idempotency key.';
comment on column pbdb.execution_filter.with_children is 'Also those that others called.';

reset role;
