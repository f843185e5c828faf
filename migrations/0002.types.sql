-- depends: 0001.schema
-- What:  the four enums of the domain and the states of a queued step.
-- Locks: none. In flight: nothing exists yet.
-- The order of the values is part of the contract; a new value goes into a migration of its own.

set local role pbdb_owner;

create type pbdb.playbook_status as enum ('DRAFT', 'ACTIVE', 'ARCHIVED', 'DEPRECATED');

create type pbdb.playbook_execution_status as enum (
    'PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT'
);

create type pbdb.playbook_step_type as enum (
    'AGENT_EXECUTION', 'DATA_TRANSFORM', 'CONDITIONAL_BRANCH', 'PARALLEL_EXECUTION',
    'WAIT_FOR_INPUT', 'API_CALL', 'DATABASE_QUERY', 'MEMORY_SEARCH', 'PROMPT_TEMPLATE',
    'CUSTOM_FUNCTION'
);

create type pbdb.step_result_status as enum (
    'PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED', 'TIMEOUT'
);

create type pbdb.ready_state as enum ('READY', 'LEASED', 'WAITING', 'HELD');
create type pbdb.wait_reason as enum ('ENGINE', 'INPUT', 'EVENT', 'TIMER', 'CHILD', 'LOST');

comment on type pbdb.playbook_status is
'Life of one playbook version. Only ACTIVE versions start; leaving DRAFT freezes the steps.';
comment on type pbdb.playbook_execution_status is
'Life of an execution. PAUSED: an operator paused it, or nothing can run until an answer, event or time comes.';
comment on type pbdb.playbook_step_type is
'The ten step types; which run inside the database and which in a runner is documented in docs/step-types.md.';
comment on type pbdb.step_result_status is
'State of one attempt of one step. PENDING and RUNNING are open, the others final.';
comment on type pbdb.ready_state is
'READY: may be claimed once due_at has passed. LEASED: a runner holds it until due_at. WAITING: for an answer, '
'an event, a time, a child execution or a decision; due_at is its timeout. HELD: its execution is paused.';
comment on type pbdb.wait_reason is
'What a queued step waits for that no handler does. ENGINE: whoever advances its execution next (a cut stretch, a resumed '
'pause, a child that ended). INPUT: the answer of a person. EVENT: a named event. TIMER: a time. CHILD: the end of the '
'playbook that it called. LOST: the decision of a person, because its runner vanished and the step says on_lost: wait.';

-- State, because column defaults depend on it. From 18 on the body is one native call, which the planner
-- puts in place of ours: six of them are made for a chain of five steps. Before 18, UUIDv7 as in RFC 9562
-- section 5.7, method 3: the twelve bits after the milliseconds hold the fraction, so that ids of one
-- server sort by time. A server that is upgraded later keeps the slower body, whose ids sort the same.
do $do$
begin
    if current_setting('server_version_num')::int >= 180000 then
        execute $sql$
            create function pbdb.uuid_v7() returns uuid
            language sql volatile parallel safe security invoker
            return uuidv7()
        $sql$;
    else
        execute $sql$
            create function pbdb.uuid_v7() returns uuid
            language plpgsql volatile parallel safe security invoker
            set search_path = pg_catalog, pg_temp
            as $fn$
            declare
                v_micros bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
            begin
                return encode(
                    overlay(
                        uuid_send(gen_random_uuid()) placing
                        int8send(
                            ((v_micros / 1000) << 16) | 28672 | ((v_micros % 1000) * 4096 / 1000)
                        )
                        from 1 for 8
                    ), 'hex'
                )::uuid;
            end;
            $fn$
        $sql$;
    end if;
end;
$do$;

comment on function pbdb.uuid_v7() is
'A new time-ordered UUID (version 7, RFC 9562): native from PostgreSQL 18, the same layout before.';
grant execute on function pbdb.uuid_v7() to pbdb_app, pbdb_worker, pbdb_monitor;

reset role;
