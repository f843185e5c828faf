-- drop: trigger template_is_capped on pbdb.prompt_templates
create or replace trigger template_is_capped
before insert or update on pbdb.prompt_templates
for each row execute function pbdb._cap_row();

comment on trigger template_is_capped on pbdb.prompt_templates is
'Refuses what is too large, and what not every client could read.';
