-- drop: function pbdb._draft_hash(uuid)
create or replace function pbdb._draft_hash(p_playbook_id uuid)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select encode(sha256(convert_to(
        pbdb._definition_hash(p.id) || p.version::text || coalesce(s.source, ''), 'UTF8'
    )), 'hex')
    from pbdb.playbooks as p
    left join pbdb.playbook_sources as s
        on p.organization_id = s.organization_id and p.id = s.playbook_id
    where p.id = p_playbook_id;
end;

comment on function pbdb._draft_hash(uuid) is
'What identifies a draft as it is saved: another step, another comment in the source or another '
'version gives another hash, whoever made it in whatever way.';

revoke execute on function pbdb._draft_hash(uuid) from public;
