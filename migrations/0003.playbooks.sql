-- depends: 0002.types
-- What:  what people define: playbooks, their steps and links, agents, prompt templates, triggers.
-- Locks: none. In flight: nothing exists yet.
--
-- organization_id leads or joins every key, so no row can point across tenants and the schema can be
-- sharded by it. The step columns link_* exist because a foreign key that must stay inside one
-- playbook needs the playbook's id on both sides.

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

create unique index idx_playbooks_organization_id on pbdb.playbooks (organization_id, id);
create index idx_playbooks_status on pbdb.playbooks (organization_id, status, name, version);
create index idx_playbooks_agent_id on pbdb.playbooks (agent_id) where agent_id is not null;
create index idx_playbooks_category on pbdb.playbooks (organization_id, category);
create index idx_playbooks_tags on pbdb.playbooks using gin (tags);

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
    constraint step_order_is_unique_in_a_playbook unique (playbook_id, step_order),
    constraint step_name_is_unique_in_a_playbook unique (playbook_id, step_name),
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

create unique index idx_playbook_steps_organization_id on pbdb.playbook_steps (organization_id, id);
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

create table pbdb.playbook_programs (
    playbook_id uuid not null primary key,
    organization_id uuid not null,
    program jsonb not null,
    constraint program_belongs_to_a_playbook_of_its_organization
    foreign key (organization_id, playbook_id)
    references pbdb.playbooks (organization_id, id) on delete cascade
);

-- The engine reads a program once a call; stored uncompressed, that read is a plain copy.
alter table pbdb.playbook_programs alter column program set storage external;

create table pbdb.agents (
    id uuid not null primary key default pbdb.uuid_v7(),
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
    constraint agent_name_is_unique_in_an_organization unique (organization_id, name),
    constraint agent_name_is_not_empty check (btrim(name) <> '')
);

create unique index idx_agents_organization_id on pbdb.agents (organization_id, id);

create table pbdb.prompt_templates (
    id uuid not null primary key default pbdb.uuid_v7(),
    organization_id uuid not null,
    name varchar(255) not null,
    version int not null default 1,
    template jsonb not null,
    options jsonb not null default '{}',
    description text,
    created_at timestamptz not null default now(),
    constraint prompt_template_version_is_unique unique (organization_id, name, version),
    constraint prompt_template_version_is_positive check (version > 0),
    constraint prompt_template_is_text_or_messages
    check (jsonb_typeof(template) in ('string', 'array'))
);

create unique index idx_prompt_templates_organization_id
on pbdb.prompt_templates (organization_id, id);

create table pbdb.playbook_triggers (
    id uuid not null primary key default pbdb.uuid_v7(),
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
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint trigger_name_is_unique_in_an_organization unique (organization_id, name),
    constraint trigger_is_a_schedule_or_an_event
    check (
        (kind = 'schedule' and schedule is not null and event_name is null)
        or (kind = 'event' and event_name is not null and schedule is null)
    )
);

create index idx_playbook_triggers_next_fire_at
on pbdb.playbook_triggers (next_fire_at) where is_enabled;
create index idx_playbook_triggers_event_name
on pbdb.playbook_triggers (organization_id, event_name) where is_enabled and kind = 'event';

do $do$
declare
    v_table text;
begin
    foreach v_table in array array[
        'playbooks', 'playbook_steps', 'playbook_programs', 'agents', 'prompt_templates',
        'playbook_triggers'
    ] loop
        execute format('alter table pbdb.%I enable row level security', v_table);
        execute format('alter table pbdb.%I force row level security', v_table);
    end loop;
end;
$do$;

reset role;
