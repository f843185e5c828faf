-- drop: trigger trigger_is_audited on pbdb.playbook_triggers
create or replace trigger trigger_is_audited
after insert or update or delete on pbdb.playbook_triggers
for each row execute function pbdb._audit_definition('trigger');

comment on trigger trigger_is_audited on pbdb.playbook_triggers is
'Keeps who did it.';
