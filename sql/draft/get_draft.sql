-- drop: function pbdb.get_draft(text)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Volatile, so that it sees what save_draft wrote in the same statement.
create or replace function pbdb.get_draft(p_name text)
returns table (
    playbook_id uuid,
    version int,
    hash text,
    document jsonb,
    source text,
    saved_by text,
    saved_at timestamptz,
    active_playbook_id uuid,
    active_version int
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
        p.id, p.version, pbdb._draft_hash(p.id), pbdb._export_playbook(p.id), s.source,
        s.saved_by, coalesce(s.saved_at, p.updated_at), a.id, a.version
    from pbdb.playbooks as p
    left join pbdb.playbook_sources as s
        on p.organization_id = s.organization_id and p.id = s.playbook_id
    left join lateral (
        select active.id, active.version
        from pbdb.playbooks as active
        where
            active.organization_id = p.organization_id
            and active.name = p.name
            and active.status = 'ACTIVE'
        order by active.version desc
        limit 1
    ) as a on true
    where p.organization_id = v_organization_id and p.name = p_name and p.status = 'DRAFT'
    order by p.version desc
    limit 1;
end;
$fn$;

comment on function pbdb.get_draft(text) is
'The draft of a name: its hash for save_draft, its document, the text that it was written in '
'(null when none was kept), who saved it when, and the version that is ACTIVE now (null for none). '
'No row when there is no draft. Raises PB001.';

revoke execute on function pbdb.get_draft(text) from public;
grant execute on function pbdb.get_draft(text) to pbdb_app;
