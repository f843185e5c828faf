-- drop: trigger step_is_frozen on pbdb.playbook_steps
create or replace trigger step_is_frozen
before insert or update or delete on pbdb.playbook_steps
for each row execute function pbdb._freeze_step();

comment on trigger step_is_frozen on pbdb.playbook_steps is
'The steps of a version that has left DRAFT never change.';
