-- depends: 0002.types
-- What:  what people define: playbooks, their steps and links, agents, prompt templates, triggers.
-- Locks: none. In flight: nothing exists yet.
--
-- organization_id leads every key, so no row can point across tenants and the schema can be sharded by
-- it. Playbooks and steps have id as primary key, as users expect, and (organization_id, id) beside it,
-- which foreign keys use. Links between steps carry the playbook's id, so that they cannot leave it.

set local role pbdb_owner;

create table pbdb.playbooks (
    id uuid not null primary key default pbdb.uuid_v7(),
    organization_id uuid not null,
    name varchar(255) not null,
    description text,
    version int not null default 1,
    schema_version int not null default 1,
    status pbdb.playbook_status not null default 'DRAFT',
    tags text[] not null default '{}',
    category varchar(100),
    agent_id uuid,
    input_schema jsonb not null default '{}',
    output_schema jsonb not null default '{}',
    output_mapping jsonb,
    timeout_seconds int not null default 3600,
    max_retries int not null default 3,
    retry_delay_seconds int not null default 30,
    metadata jsonb not null default '{}',
    created_by uuid,
    updated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    activated_at timestamptz,
    definition_hash text,
    constraint playbook_version_is_unique unique (organization_id, name, version),
    constraint playbook_name_is_not_empty check (btrim(name) <> ''),
    constraint playbook_version_is_positive check (version > 0),
    constraint playbook_timeout_is_one_second_to_thirty_days
    check (timeout_seconds between 1 and 2592000),
    constraint playbook_retries_are_zero_to_one_hundred check (max_retries between 0 and 100),
    constraint playbook_retry_delay_is_at_most_thirty_days
    check (retry_delay_seconds between 0 and 2592000),
    constraint playbook_beyond_draft_has_a_hash
    check (status = 'DRAFT' or definition_hash is not null)
);

comment on table pbdb.playbooks is
'One version of one playbook. Executions stay on the version they started on; leaving DRAFT '
'freezes it and its steps.';
comment on column pbdb.playbooks.id is 'Id of this version.';
comment on column pbdb.playbooks.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbooks.name is
'Name shared by all versions; unique with version within an organization.';
comment on column pbdb.playbooks.description is 'For people; null when nobody wrote one.';
comment on column pbdb.playbooks.version is
'1, 2, 3 … of this name; start_playbook(name) takes the highest ACTIVE one.';
comment on column pbdb.playbooks.schema_version is
'Version of the document format that the definition is written in.';
comment on column pbdb.playbooks.status is
'DRAFT can be edited, ACTIVE can start, ARCHIVED and DEPRECATED do neither. Changed by functions '
'only.';
comment on column pbdb.playbooks.tags is 'Free labels to filter by.';
comment on column pbdb.playbooks.category is 'One free label to group by; null for none.';
comment on column pbdb.playbooks.agent_id is
'The agent it belongs to, for get_active_playbooks; null for none. Not a foreign key: agents may '
'live elsewhere.';
comment on column pbdb.playbooks.input_schema is
'JSON Schema that the input must fit when an execution starts; {} accepts anything.';
comment on column pbdb.playbooks.output_schema is
'JSON Schema that the final output must fit; {} accepts anything.';
comment on column pbdb.playbooks.output_mapping is
'Mapping that builds the output; null: the output of the last completed step.';
comment on column pbdb.playbooks.timeout_seconds is
'Time an execution may take, PAUSED time not counted, before it ends as TIMEOUT.';
comment on column pbdb.playbooks.max_retries is
'Retries after the first attempt, for steps that do not say their own.';
comment on column pbdb.playbooks.retry_delay_seconds is
'First retry delay, doubled each time up to one hour, for steps that do not say their own.';
comment on column pbdb.playbooks.metadata is
'Free data of the application; the engine does not read it.';
comment on column pbdb.playbooks.created_by is
'User of the application who created it; null when unknown.';
comment on column pbdb.playbooks.updated_by is
'User of the application who changed it last; null when unknown.';
comment on column pbdb.playbooks.created_at is
'When the row was written (start of the writing transaction).';
comment on column pbdb.playbooks.updated_at is 'When the row last changed.';
comment on column pbdb.playbooks.activated_at is
'When it became ACTIVE first; null while it never was.';
comment on column pbdb.playbooks.definition_hash is
'SHA-256 of the frozen definition: equal hashes, equal behaviour. Null while it is a DRAFT.';

create index idx_playbooks_status on pbdb.playbooks (organization_id, status, name, version);
create index idx_playbooks_agent_id on pbdb.playbooks (agent_id) where agent_id is not null;
create index idx_playbooks_category on pbdb.playbooks (organization_id, category);
create index idx_playbooks_tags on pbdb.playbooks using gin (tags);
-- After the others: where statistics say nothing yet, the planner takes the newest of equal indexes, and
-- foreign keys are checked through this one.
create unique index idx_playbooks_organization_id on pbdb.playbooks (organization_id, id);

create table pbdb.playbook_steps (
    id uuid not null primary key default pbdb.uuid_v7(),
    organization_id uuid not null,
    playbook_id uuid not null,
    parent_step_id uuid,
    branch varchar(255),
    step_name varchar(255) not null,
    step_type pbdb.playbook_step_type not null,
    step_order int not null,
    description text,
    config jsonb not null default '{}',
    input_schema jsonb not null default '{}',
    output_schema jsonb not null default '{}',
    input_mapping jsonb not null default '{}',
    condition jsonb,
    on_success_step_id uuid,
    on_failure_step_id uuid,
    is_final boolean not null default false,
    timeout_seconds int,
    max_retries int,
    retry_delay_seconds int,
    max_visits int not null default 1000,
    is_optional boolean not null default false,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint step_order_is_unique_in_a_playbook unique (organization_id, playbook_id, step_order),
    constraint step_name_is_unique_in_a_playbook unique (organization_id, playbook_id, step_name),
    constraint step_key_within_its_playbook unique (organization_id, playbook_id, id),
    constraint step_belongs_to_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade,
    constraint step_parent_is_in_the_same_playbook
    foreign key (organization_id, playbook_id, parent_step_id)
    references pbdb.playbook_steps (organization_id, playbook_id, id) on delete cascade,
    constraint step_success_link_is_in_the_same_playbook
    foreign key (organization_id, playbook_id, on_success_step_id)
    references pbdb.playbook_steps (organization_id, playbook_id, id)
    on delete set null (on_success_step_id) deferrable initially immediate,
    constraint step_failure_link_is_in_the_same_playbook
    foreign key (organization_id, playbook_id, on_failure_step_id)
    references pbdb.playbook_steps (organization_id, playbook_id, id)
    on delete set null (on_failure_step_id) deferrable initially immediate,
    constraint step_name_is_not_empty check (btrim(step_name) <> ''),
    constraint step_in_a_branch_names_parent_and_branch
    check ((parent_step_id is null) = (branch is null)),
    constraint step_is_not_its_own_parent check (parent_step_id <> id),
    constraint step_timeout_is_one_second_to_thirty_days
    check (timeout_seconds between 1 and 2592000),
    constraint step_retries_are_zero_to_one_hundred check (max_retries between 0 and 100),
    constraint step_retry_delay_is_at_most_thirty_days
    check (retry_delay_seconds between 0 and 2592000),
    constraint step_visits_are_one_to_one_hundred_thousand
    check (max_visits between 1 and 100000)
);

comment on table pbdb.playbook_steps is
'The steps of a playbook version, in order, with their links. Frozen with the playbook.';
comment on column pbdb.playbook_steps.id is 'Id of the step.';
comment on column pbdb.playbook_steps.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_steps.playbook_id is 'The playbook version that it belongs to.';
comment on column pbdb.playbook_steps.parent_step_id is
'The PARALLEL_EXECUTION step that it runs inside; null for a step of the playbook itself.';
comment on column pbdb.playbook_steps.branch is
'Name of the branch of the parent step, item for the body of a for_each; null without a parent.';
comment on column pbdb.playbook_steps.step_name is
'Name that expressions use ($steps.<step_name>); unique in the playbook.';
comment on column pbdb.playbook_steps.step_type is 'What it does; decides which keys config has.';
comment on column pbdb.playbook_steps.step_order is
'Position: the next higher one in the same scope follows, unless a link says otherwise.';
comment on column pbdb.playbook_steps.description is 'For people; null when nobody wrote one.';
comment on column pbdb.playbook_steps.config is
'Settings of the step type; its keys are in docs/step-types.md.';
comment on column pbdb.playbook_steps.input_schema is
'JSON Schema that the mapped input must fit; {} accepts anything.';
comment on column pbdb.playbook_steps.output_schema is
'JSON Schema that the output must fit; {} accepts anything.';
comment on column pbdb.playbook_steps.input_mapping is
'Mapping that builds the input; {} gives the input of the execution.';
comment on column pbdb.playbook_steps.condition is
'Condition to run at all; when it does not hold the step is SKIPPED. Null: always.';
comment on column pbdb.playbook_steps.on_success_step_id is
'Step after success or skipping, in the same playbook; null: the next in order.';
comment on column pbdb.playbook_steps.on_failure_step_id is
'Step after the last failed attempt, in the same playbook; null: optional or the end.';
comment on column pbdb.playbook_steps.is_final is
'The scope ends after this step, whatever follows in order.';
comment on column pbdb.playbook_steps.timeout_seconds is
'Time one attempt may take; null: the default of the step type.';
comment on column pbdb.playbook_steps.max_retries is
'Retries after the first attempt; null: those of the playbook.';
comment on column pbdb.playbook_steps.retry_delay_seconds is
'First retry delay; null: that of the playbook.';
comment on column pbdb.playbook_steps.max_visits is
'How often loops may come back here before the execution fails with MAX_VISITS.';
comment on column pbdb.playbook_steps.is_optional is
'When its last attempt fails it is SKIPPED and the execution goes on as after success.';
comment on column pbdb.playbook_steps.metadata is
'Free data of the application; the engine does not read it.';
comment on column pbdb.playbook_steps.created_at is
'When the row was written (start of the writing transaction).';
comment on column pbdb.playbook_steps.updated_at is 'When the row last changed.';

create index idx_playbook_steps_playbook_id on pbdb.playbook_steps (playbook_id);
create index idx_playbook_steps_step_type on pbdb.playbook_steps (organization_id, step_type);
create index idx_playbook_steps_step_order
on pbdb.playbook_steps (playbook_id, parent_step_id, branch, step_order);
create index idx_playbook_steps_on_success_step_id
on pbdb.playbook_steps (on_success_step_id) where on_success_step_id is not null;
create index idx_playbook_steps_on_failure_step_id
on pbdb.playbook_steps (on_failure_step_id) where on_failure_step_id is not null;
create index idx_playbook_steps_parent_step_id
on pbdb.playbook_steps (parent_step_id) where parent_step_id is not null;
create unique index idx_playbook_steps_organization_id on pbdb.playbook_steps (organization_id, id);

create table pbdb.playbook_programs (
    playbook_id uuid not null,
    organization_id uuid not null,
    program jsonb not null,
    primary key (organization_id, playbook_id),
    constraint program_belongs_to_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade
);

comment on table pbdb.playbook_programs is
'What activation compiled a playbook version into; the engine reads this and not the steps. Never '
'edited.';
comment on column pbdb.playbook_programs.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_programs.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_programs.program is
'The steps by index with their successors, sources and handlers; internal, may change with any '
'release.';

-- The engine reads a program once a call; stored uncompressed, that read is a plain copy, and up to a
-- page's length it is in the row itself: elsewhere it is twelve buffers more.
alter table pbdb.playbook_programs alter column program set storage external;
alter table pbdb.playbook_programs set (toast_tuple_target = 8160);

create table pbdb.playbook_sources (
    organization_id uuid not null,
    playbook_id uuid not null,
    source text not null,
    saved_by text,
    saved_at timestamptz not null default now(),
    primary key (organization_id, playbook_id),
    constraint source_belongs_to_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade,
    constraint source_is_at_most_one_mebibyte check (octet_length(source) <= 1048576)
);

comment on table pbdb.playbook_sources is
'The text that a playbook version was written in, with its comments and its order. The engine never reads it.';
comment on column pbdb.playbook_sources.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_sources.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_sources.source is
'YAML or JSON, as somebody wrote it; the document that was saved with it is the playbook and its steps.';
comment on column pbdb.playbook_sources.saved_by is 'Who saved it last; null when unknown.';
comment on column pbdb.playbook_sources.saved_at is 'When it was saved last.';

create table pbdb.agents (
    id uuid not null default pbdb.uuid_v7(),
    organization_id uuid not null,
    name varchar(255) not null,
    description text,
    model varchar(255) not null,
    instructions text,
    parameters jsonb not null default '{}',
    tools text[] not null default '{}',
    is_enabled boolean not null default true,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, id),
    constraint agent_name_is_unique_in_an_organization unique (organization_id, name),
    constraint agent_name_is_not_empty check (btrim(name) <> '')
);

comment on table pbdb.agents is 'Language model agents that AGENT_EXECUTION steps name.';
comment on column pbdb.agents.id is 'Id of the agent.';
comment on column pbdb.agents.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.agents.name is 'Name that step configs use; unique in an organization.';
comment on column pbdb.agents.description is 'For people; null when nobody wrote one.';
comment on column pbdb.agents.model is 'Model as provider:name, as the runner understands it.';
comment on column pbdb.agents.instructions is 'System prompt; null for none.';
comment on column pbdb.agents.parameters is 'Model settings such as temperature and max_tokens.';
comment on column pbdb.agents.tools is
'Names of tools, registered in the runner, that the agent may call.';
comment on column pbdb.agents.is_enabled is 'False: steps that name it fail.';
comment on column pbdb.agents.metadata is
'Free data of the application; the engine does not read it.';
comment on column pbdb.agents.created_at is
'When the row was written (start of the writing transaction).';
comment on column pbdb.agents.updated_at is 'When the row last changed.';

create table pbdb.prompt_templates (
    id uuid not null default pbdb.uuid_v7(),
    organization_id uuid not null,
    name varchar(255) not null,
    version int not null default 1,
    template jsonb not null,
    options jsonb not null default '{}',
    description text,
    created_at timestamptz not null default now(),
    primary key (organization_id, id),
    constraint prompt_template_version_is_unique unique (organization_id, name, version),
    constraint prompt_template_version_is_positive check (version > 0),
    constraint prompt_template_is_text_or_messages
    check (jsonb_typeof(template) in ('string', 'array'))
);

comment on table pbdb.prompt_templates is
'Versioned prompt texts that PROMPT_TEMPLATE and AGENT_EXECUTION steps name.';
comment on column pbdb.prompt_templates.id is 'Id of this version.';
comment on column pbdb.prompt_templates.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.prompt_templates.name is 'Name shared by all versions.';
comment on column pbdb.prompt_templates.version is
'1, 2, 3 … of this name; a step without a version takes the highest.';
comment on column pbdb.prompt_templates.template is
'A string, or an array of messages with role and content.';
comment on column pbdb.prompt_templates.options is
'Rendering options, such as syntax and defaults.';
comment on column pbdb.prompt_templates.description is 'For people; null when nobody wrote one.';
comment on column pbdb.prompt_templates.created_at is
'When the row was written (start of the writing transaction).';

create table pbdb.playbook_triggers (
    id uuid not null default pbdb.uuid_v7(),
    organization_id uuid not null,
    name varchar(255) not null,
    playbook_name varchar(255) not null,
    kind text not null,
    schedule text,
    time_zone text not null default 'UTC',
    event_name text,
    event_match jsonb not null default '{}',
    input_data jsonb not null default '{}',
    is_enabled boolean not null default true,
    next_fire_at timestamptz,
    last_fired_at timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, id),
    constraint trigger_name_is_unique_in_an_organization unique (organization_id, name),
    constraint trigger_is_a_schedule_or_an_event
    check (
        (kind = 'schedule' and schedule is not null and event_name is null)
        or (kind = 'event' and event_name is not null and schedule is null)
    )
);

comment on table pbdb.playbook_triggers is 'What starts playbooks by itself: schedules and events.';
comment on column pbdb.playbook_triggers.id is 'Id of the trigger.';
comment on column pbdb.playbook_triggers.organization_id is
'Tenant; part of every key, so that no row can point across tenants.';
comment on column pbdb.playbook_triggers.name is 'Name for people; unique in an organization.';
comment on column pbdb.playbook_triggers.playbook_name is
'Playbook to start, by name: its highest ACTIVE version at that moment.';
comment on column pbdb.playbook_triggers.kind is 'schedule or event.';
comment on column pbdb.playbook_triggers.schedule is
'Cron expression of five fields; null for an event.';
comment on column pbdb.playbook_triggers.time_zone is 'IANA zone that the schedule is read in.';
comment on column pbdb.playbook_triggers.event_name is 'Event that starts it; null for a schedule.';
comment on column pbdb.playbook_triggers.event_match is
'The payload must contain this object; {} matches every payload.';
comment on column pbdb.playbook_triggers.input_data is
'Input of the started execution; for events the payload is laid over it.';
comment on column pbdb.playbook_triggers.is_enabled is 'False: it does not fire.';
comment on column pbdb.playbook_triggers.last_error is
'Why it could not start its playbook the last time; null when it could.';
comment on column pbdb.playbook_triggers.next_fire_at is
'When a schedule fires next; null: a runner has yet to compute it.';
comment on column pbdb.playbook_triggers.last_fired_at is 'When it fired last; null: never.';
comment on column pbdb.playbook_triggers.created_at is
'When the row was written (start of the writing transaction).';
comment on column pbdb.playbook_triggers.updated_at is 'When the row last changed.';

create index idx_playbook_triggers_next_fire_at
on pbdb.playbook_triggers (next_fire_at) where is_enabled;
create index idx_playbook_triggers_event_name
on pbdb.playbook_triggers (organization_id, event_name) where is_enabled and kind = 'event';

do $do$
declare
    v_table text;
begin
    foreach v_table in array array[
        'playbooks', 'playbook_steps', 'playbook_programs', 'playbook_sources', 'agents',
        'prompt_templates', 'playbook_triggers'
    ] loop
        execute format('alter table pbdb.%I enable row level security', v_table);
        execute format('alter table pbdb.%I force row level security', v_table);
    end loop;
end;
$do$;

reset role;
