-- drop: trigger step_is_capped on pbdb.playbook_steps
create or replace trigger step_is_capped
before insert or update on pbdb.playbook_steps
for each row execute function pbdb._cap_row();

comment on trigger step_is_capped on pbdb.playbook_steps is
'Refuses what is too large, and what not every client could read.';
