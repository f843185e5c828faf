-- drop: trigger playbook_is_signed on pbdb.playbooks
create or replace trigger playbook_is_signed
before insert or update on pbdb.playbooks
for each row execute function pbdb._sign_playbook();

comment on trigger playbook_is_signed on pbdb.playbooks is
'Keeps created_by and updated_by.';
