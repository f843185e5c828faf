-- Everything that can be replaced, in the order that it loads: policies and functions as they are now.
-- psql -f sql/load.sql re-applies it to a scratch database; `make freeze` reads the same list.

-- tenancy: who am I

-- access: who sees which table
\ir access/playbooks.sql
\ir access/playbook_steps.sql
\ir access/playbook_programs.sql
\ir access/agents.sql
\ir access/prompt_templates.sql
\ir access/playbook_triggers.sql
\ir access/playbook_executions.sql
\ir access/playbook_execution_rollups.sql
\ir access/playbook_scopes.sql
\ir access/playbook_step_results.sql
\ir access/playbook_ready_steps.sql
\ir access/playbook_joins.sql
\ir access/playbook_events.sql
\ir access/workers.sql
\ir access/playbook_usage.sql
\ir access/query_contexts.sql

-- playbook: define, validate, version
\ir playbook/_step_kind.sql
\ir playbook/_default_timeout.sql
\ir playbook/_branch_targets.sql
\ir playbook/_step_edges.sql
\ir playbook/_steps_in_cycles.sql
\ir playbook/_names_read.sql
\ir playbook/_dynamic_keys.sql
\ir playbook/_find_agent.sql
\ir playbook/_step_handler.sql
\ir playbook/_compile_steps.sql
\ir playbook/_step_sources.sql
\ir playbook/_compile_playbook.sql

-- engine: start, advance, finish

-- queue: claim, heartbeat, complete, fail, sweep

-- memory: store, search

-- report: summary, progress, doctor
