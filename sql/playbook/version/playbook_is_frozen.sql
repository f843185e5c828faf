-- drop: trigger playbook_is_frozen on pbdb.playbooks
create or replace trigger playbook_is_frozen
before insert or update on pbdb.playbooks
for each row execute function pbdb._freeze_playbook();

comment on trigger playbook_is_frozen on pbdb.playbooks is
'A version that has left DRAFT keeps its definition; executions run the version that they started'
' on.';
