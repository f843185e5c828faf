-- drop: trigger template_is_audited on pbdb.prompt_templates
create or replace trigger template_is_audited
after insert or update or delete on pbdb.prompt_templates
for each row execute function pbdb._audit_definition('template');

comment on trigger template_is_audited on pbdb.prompt_templates is
'Keeps who did it.';
