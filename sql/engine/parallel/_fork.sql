-- drop: function pbdb._fork(pbdb.run, jsonb, uuid, jsonb, pbdb.thread, int, pbdb.step_effect)
create or replace function pbdb._fork(
    p_run pbdb.run,
    p_program jsonb,
    p_result_id uuid,
    p_step jsonb,
    p_thread pbdb.thread,
    p_visit int,
    p_effect pbdb.step_effect
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_plan jsonb := p_effect.plan;
begin
    p_run.results := p_run.results || pbdb._new_attempt(
        p_result_id, p_run.execution_id, p_run.organization_id, (p_step ->> 'id')::uuid,
        p_thread.scope_id, p_visit, 'RUNNING', p_effect.input, p_effect.request
    );
    p_run := pbdb._flush_steps(p_run);
    insert into pbdb.playbook_joins (
        result_id, organization_id, execution_id, scope_id, step_index, total, needed,
        waits_for_all, max_parallel, succeeded_count
    )
    values (
        p_result_id, p_run.organization_id, p_run.execution_id, p_thread.scope_id,
        (p_step ->> 'i')::int, (v_plan ->> 'total')::int, (v_plan ->> 'needed')::int,
        (v_plan ->> 'waits_for_all')::boolean, (v_plan ->> 'max_parallel')::int,
        pbdb._keep_done_scopes(p_run, p_result_id)
    );
    return pbdb._move_join(p_run, p_program, p_result_id);
end;
$fn$;

comment on function pbdb._fork(
    pbdb.run, jsonb, uuid, jsonb, pbdb.thread, int, pbdb.step_effect
) is
'Starts a PARALLEL_EXECUTION step: its row, its join and the first window of branches or items.';

revoke execute on function pbdb._fork(
    pbdb.run, jsonb, uuid, jsonb, pbdb.thread, int, pbdb.step_effect
) from public;
