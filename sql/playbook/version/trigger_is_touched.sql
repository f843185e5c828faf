-- drop: trigger trigger_is_touched on pbdb.playbook_triggers
create or replace trigger trigger_is_touched
before update on pbdb.playbook_triggers
for each row execute function pbdb._touch();

comment on trigger trigger_is_touched on pbdb.playbook_triggers is
'Keeps updated_at.';
