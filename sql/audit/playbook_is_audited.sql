-- drop: trigger playbook_is_audited on pbdb.playbooks
create or replace trigger playbook_is_audited
after insert or update or delete on pbdb.playbooks
for each row execute function pbdb._audit_definition('playbook');

comment on trigger playbook_is_audited on pbdb.playbooks is
'Keeps who did it.';
