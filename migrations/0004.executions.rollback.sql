drop table pbdb.playbook_usage;
drop table pbdb.workers;
drop table pbdb.playbook_events;
drop table pbdb.playbook_joins;
drop table pbdb.playbook_ready_steps;
drop table pbdb.playbook_step_results;
drop table pbdb.playbook_scopes;
drop table pbdb.playbook_executions;
