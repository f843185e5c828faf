-- drop: function pbdb.list_audit(uuid, text, text, timestamptz, timestamptz, uuid, integer)
--
-- Definer with an explicit tenant, as list_executions.
create or replace function pbdb.list_audit(
    p_object_id uuid default null,
    p_actor text default null,
    p_action text default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_before_id uuid default null,
    p_limit int default 50
)
returns table (
    audit_id uuid,
    at timestamptz,
    actor text,
    login text,
    action text,
    object_id uuid,
    object_name text,
    reason text,
    request_id text,
    details jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id constant uuid := pbdb.require_organization();
begin
    perform pbdb._check_page(p_limit, 'acts', 'the last audit_id as p_before_id');
    return query
    select
        a.id, a.created_at, a.actor, a.login, a.action, a.object_id, a.object_name, a.reason,
        a.request_id, a.details
    from pbdb.playbook_audit as a
    where
        a.organization_id = v_organization_id
        and (p_object_id is null or a.object_id = p_object_id)
        and (p_actor is null or a.actor = p_actor)
        and (
            p_action is null or a.action = p_action
            or starts_with(a.action, p_action || '.')
        )
        and (p_from is null or a.created_at >= p_from)
        and (p_to is null or a.created_at < p_to)
        and (p_before_id is null or a.id < p_before_id)
    order by a.id desc
    limit p_limit;
end;
$fn$;

comment on function pbdb.list_audit(uuid, text, text, timestamptz, timestamptz, uuid, integer) is
'Who did what, newest first: of one object, actor, action (playbook.activate, or all of playbook) '
'or time. actor is null where set_actor was not called; login is the database''s. p_before_id is '
'the last audit_id of the page before; p_limit 1 to 1000. Raises PB001, PB017.';

revoke execute on function pbdb.list_audit(
    uuid, text, text, timestamptz, timestamptz, uuid, integer
) from public;
grant execute on function pbdb.list_audit(
    uuid, text, text, timestamptz, timestamptz, uuid, integer
) to pbdb_app;
