-- Everything that can be replaced, in the order that it loads: policies and functions as they are now.
-- psql -f sql/load.sql re-applies it to a scratch database; `make freeze` reads the same list.

-- tenancy: who am I

-- access: who sees which table

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
