-- drop: function pbdb._recall_result(uuid, uuid, uuid, uuid)
--
-- A step is seen where it stands: in the caller's own scope or in one around it. What another item
-- or an earlier visit of the same branch made of it is never seen.
create or replace function pbdb._recall_result(
    p_organization_id uuid, p_execution_id uuid, p_step_id uuid, p_scope_id uuid
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_path uuid[] := '{}';
    v_known jsonb;
begin
    if p_scope_id is not null then
        select s.path into v_path
        from pbdb.playbook_scopes as s
        where s.organization_id = p_organization_id and s.id = p_scope_id;
    end if;

    select jsonb_build_object(
        'output', r.output_data, 'status', r.status,
        'error', case when r.error_code is not null
            then pbdb._error_value(
                r.error_code, r.error_message,
                (
                    select s.step_name
                    from pbdb.playbook_steps as s
                    where s.organization_id = r.organization_id and s.id = r.step_id
                ),
                r.error_details
            )
        end
    )
    into v_known
    from pbdb.playbook_step_results as r
    where
        r.organization_id = p_organization_id and r.execution_id = p_execution_id
        and r.step_id = p_step_id
        and r.status not in ('PENDING', 'RUNNING')
        and (r.scope_id is null or r.scope_id = any(v_path))
    order by r.visit desc, r.attempt_number desc
    limit 1;

    return coalesce(v_known, '{"output": null, "status": null, "error": null}');
end;
$fn$;

comment on function pbdb._recall_result(uuid, uuid, uuid, uuid) is
'{output, status, error} of the latest ended visit of a step as seen from a scope; nulls when it '
'has not run.';

revoke execute on function pbdb._recall_result(uuid, uuid, uuid, uuid) from public;
