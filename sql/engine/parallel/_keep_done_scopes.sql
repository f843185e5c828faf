-- drop: function pbdb._keep_done_scopes(pbdb.run, uuid)
create or replace function pbdb._keep_done_scopes(p_run pbdb.run, p_result_id uuid)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_before uuid;
    v_kept int := 0;
begin
    if not p_run.is_revisiting then
        return 0;
    end if;
    -- The visit before this one, when it failed over the same items.
    select b.id into v_before
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_step_results as b
        on
            b.organization_id = r.organization_id and b.execution_id = r.execution_id
            and b.step_id = r.step_id
            and b.scope_id is not distinct from r.scope_id and b.visit = r.visit - 1
    where
        r.id = p_result_id and b.status in ('FAILED', 'TIMEOUT')
        and b.request is not distinct from r.request;
    if found then
        update pbdb.playbook_scopes as s
        set parent_result_id = p_result_id
        where
            s.execution_id = p_run.execution_id and s.parent_result_id = v_before
            and s.status = 'COMPLETED';
        get diagnostics v_kept = row_count;
    end if;
    return v_kept;
end;
$fn$;

comment on function pbdb._keep_done_scopes(pbdb.run, uuid) is
'When a failed parallel step is retried: hands the branches or items that succeeded to the new '
'attempt, and gives how many; only the others run again.';

revoke execute on function pbdb._keep_done_scopes(pbdb.run, uuid) from public;
