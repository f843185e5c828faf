-- drop: function pbdb._execution_filter(uuid, text, pbdb.playbook_execution_status, pbdb.playbook_execution_status[], text[], timestamptz, timestamptz, jsonb, text, text, boolean)
--
-- Longer than a screen because each filter of the lists is made here, once.
create or replace function pbdb._execution_filter(
    p_playbook_id uuid,
    p_playbook_name text,
    p_status pbdb.playbook_execution_status,
    p_statuses pbdb.playbook_execution_status[],
    p_sources text[],
    p_from timestamptz,
    p_to timestamptz,
    p_metadata jsonb,
    p_search text,
    p_error_code text,
    p_with_children boolean
)
returns pbdb.execution_filter
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_filter pbdb.execution_filter;
begin
    if jsonb_typeof(p_metadata) <> 'object' then
        raise exception using
            errcode = 'PB017',
            message = format('metadata cannot contain %s', left(p_metadata::text, 100)),
            hint = 'Pass an object, such as {"customer": 7}: executions whose metadata has that.';
    end if;

    v_filter.organization_id := pbdb.current_organization_id();
    if p_playbook_name is not null or p_playbook_id is not null then
        v_filter.playbook_ids := array(
            select p.id
            from pbdb.playbooks as p
            where
                p.organization_id = v_filter.organization_id
                and (p_playbook_name is null or p.name = p_playbook_name)
                and (p_playbook_id is null or p.id = p_playbook_id)
        );
    end if;
    -- Only what ended without success has an error code, and those are found without reading
    -- what completed.
    if p_status is not null or p_statuses is not null or p_error_code is not null then
        v_filter.statuses := array(
            select s.status
            from unnest(enum_range(p_status)) as s (status)
            where
                (p_status is null or s.status = p_status)
                and (p_statuses is null or s.status = any(p_statuses))
                and (p_error_code is null or s.status in ('FAILED', 'CANCELLED', 'TIMEOUT'))
        );
    end if;
    v_filter.from_id := pbdb._lowest_id_at(p_from);
    v_filter.to_id := pbdb._lowest_id_at(p_to);
    v_filter.sources := p_sources;
    v_filter.metadata := nullif(p_metadata, '{}');
    v_filter.error_code := p_error_code;
    v_filter.search := nullif(btrim(p_search), '');
    v_filter.with_children := coalesce(p_with_children, false);
    return v_filter;
end;
$fn$;

comment on function pbdb._execution_filter(
    uuid, text, pbdb.playbook_execution_status, pbdb.playbook_execution_status[], text[],
    timestamptz, timestamptz, jsonb, text, text, boolean
) is
'What the arguments of list_executions ask for, in the tenant of the context. Raises PB017 when '
'metadata is no object.';

revoke execute on function pbdb._execution_filter(
    uuid, text, pbdb.playbook_execution_status, pbdb.playbook_execution_status[], text[],
    timestamptz, timestamptz, jsonb, text, text, boolean
) from public;
