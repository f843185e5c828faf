-- drop: function pbdb.get_playbook(text, integer)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Volatile, so that it sees what import_playbook wrote in the same statement.
create or replace function pbdb.get_playbook(p_name text, p_version int default null)
returns table (
    playbook_id uuid,
    name varchar(255),
    version int,
    status pbdb.playbook_status,
    hash text,
    document jsonb,
    source text,
    created_by uuid,
    updated_by uuid,
    created_at timestamptz,
    updated_at timestamptz,
    activated_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    return query
    select
        p.id, p.name, p.version, p.status,
        case when p.status = 'DRAFT' then pbdb._draft_hash(p.id) else p.definition_hash end,
        pbdb._export_playbook(p.id), s.source, p.created_by, p.updated_by, p.created_at,
        p.updated_at, p.activated_at
    from pbdb.playbooks as p
    left join pbdb.playbook_sources as s
        on p.organization_id = s.organization_id and p.id = s.playbook_id
    where
        p.organization_id = v_organization_id
        and p.name = p_name
        and (p_version is null or p.version = p_version)
    order by p.status = 'ACTIVE' desc, p.version desc
    limit 1;
end;
$fn$;

comment on function pbdb.get_playbook(text, int) is
'One version of a playbook with its document and the text that it was written in (null when none '
'was kept): the given one, else the newest ACTIVE one, else the newest. hash changes whenever the '
'version does: for a DRAFT it is what save_draft expects, for others the definition''s. No row '
'when there is none. Raises PB001.';

revoke execute on function pbdb.get_playbook(text, int) from public;
grant execute on function pbdb.get_playbook(text, int) to pbdb_app;
