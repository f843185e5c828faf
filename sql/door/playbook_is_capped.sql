-- drop: trigger playbook_is_capped on pbdb.playbooks
create or replace trigger playbook_is_capped
before insert or update on pbdb.playbooks
for each row execute function pbdb._cap_row();

comment on trigger playbook_is_capped on pbdb.playbooks is
'Refuses what is too large, and what not every client could read.';
