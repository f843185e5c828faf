-- drop: trigger playbook_is_touched on pbdb.playbooks
create or replace trigger playbook_is_touched
before update on pbdb.playbooks
for each row execute function pbdb._touch();

comment on trigger playbook_is_touched on pbdb.playbooks is
'Keeps updated_at.';
