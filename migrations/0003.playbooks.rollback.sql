drop table pbdb.playbook_triggers;
drop table pbdb.prompt_templates;
drop table pbdb.agents;
drop table pbdb.playbook_sources;
drop table pbdb.playbook_programs;
drop table pbdb.playbook_steps;
drop table pbdb.playbooks;
