-- drop: trigger step_is_touched on pbdb.playbook_steps
create or replace trigger step_is_touched
before update on pbdb.playbook_steps
for each row execute function pbdb._touch();

comment on trigger step_is_touched on pbdb.playbook_steps is
'Keeps updated_at.';
