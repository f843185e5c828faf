-- drop: function pbdb._definition_hash(uuid)
create or replace function pbdb._definition_hash(p_playbook_id uuid)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select encode(
        sha256(convert_to((pbdb._export_playbook(p_playbook_id) - 'version')::text, 'UTF8')), 'hex'
    );
end;

comment on function pbdb._definition_hash(uuid) is
'What identifies the content of a playbook version: SHA-256 of its canonical document without the'
' version.';

revoke execute on function pbdb._definition_hash(uuid) from public;
