-- drop: trigger trigger_is_capped on pbdb.playbook_triggers
create or replace trigger trigger_is_capped
before insert or update on pbdb.playbook_triggers
for each row execute function pbdb._cap_row();

comment on trigger trigger_is_capped on pbdb.playbook_triggers is
'Refuses what is too large, and what not every client could read.';
