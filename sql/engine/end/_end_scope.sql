-- drop: function pbdb._end_scope(pbdb.run, jsonb, pbdb.thread)
create or replace function pbdb._end_scope(p_run pbdb.run, p_program jsonb, p_thread pbdb.thread)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_output jsonb := p_thread.output;
    v_parent_result_id uuid;
begin
    if v_output is null and p_thread.error is null then
        p_run := pbdb._flush_steps(p_run);
        v_output := pbdb._last_output(
            p_run.organization_id, p_run.execution_id, p_thread.scope_id
        );
    end if;

    if p_thread.scope_id is null then
        return pbdb._finish(
            p_run, p_program,
            case when p_thread.error is null then 'COMPLETED' else 'FAILED' end
                ::pbdb.playbook_execution_status,
            v_output,
            p_thread.error
        );
    end if;

    update pbdb.playbook_scopes as s
    set
        status = case when p_thread.error is null then 'COMPLETED' else 'FAILED' end
            ::pbdb.playbook_execution_status,
        output_data = case when p_thread.error is null then v_output end,
        error = p_thread.error, completed_at = clock_timestamp()
    where
        s.organization_id = p_run.organization_id and s.id = p_thread.scope_id
        and s.status = 'RUNNING'
    returning s.parent_result_id into v_parent_result_id;

    -- Not found: another branch decided the join a moment ago, and this scope was closed with it.
    if found then
        update pbdb.playbook_joins as j
        set
            open_count = j.open_count - 1,
            succeeded_count = j.succeeded_count + (p_thread.error is null)::int,
            failed_count = j.failed_count + (p_thread.error is not null)::int
        where
            j.organization_id = p_run.organization_id and j.execution_id = p_run.execution_id
            and j.result_id = v_parent_result_id;
        p_run := pbdb._move_join(p_run, p_program, v_parent_result_id);
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._end_scope(pbdb.run, jsonb, pbdb.thread) is
'Control has left a scope: the playbook ends, or a branch or item ends and its join moves.';

revoke execute on function pbdb._end_scope(pbdb.run, jsonb, pbdb.thread) from public;
