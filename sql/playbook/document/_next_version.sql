-- drop: function pbdb._next_version(uuid, jsonb)
create or replace function pbdb._next_version(p_organization_id uuid, p_document jsonb)
returns int
language sql
stable
security invoker
begin atomic
    select greatest(
        coalesce(max(playbook.version), 0) + 1, (p_document ->> 'version')::numeric::int
    )
    from pbdb.playbooks as playbook
    where
        playbook.organization_id = p_organization_id
        and playbook.name = p_document ->> 'name';
end;

comment on function pbdb._next_version(uuid, jsonb) is
'The version that a document gets: its own when that is higher than every existing one, else the '
'next.';

revoke execute on function pbdb._next_version(uuid, jsonb) from public;
