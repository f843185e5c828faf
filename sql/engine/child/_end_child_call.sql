-- drop: function pbdb._end_child_call(pbdb.run, jsonb, pbdb.playbook_step_results)
create or replace function pbdb._end_child_call(
    p_run pbdb.run, p_step jsonb, p_attempt pbdb.playbook_step_results
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_child pbdb.playbook_executions;
    v_error jsonb;
begin
    select e.* into v_child
    from pbdb.playbook_executions as e
    where
        e.root_execution_id = coalesce(p_run.root_execution_id, p_run.execution_id)
        and e.parent_result_id = p_attempt.id
    order by e.id desc
    limit 1;

    if v_child.completed_at is null then
        -- It was retried before this step looked, so it is waited for again.
        p_run.ready := p_run.ready || pbdb._new_ready_step(
            p_attempt.id, p_run.execution_id, p_run.organization_id, (p_step ->> 'i')::int, null,
            'CHILD', 'WAITING', coalesce(
                p_attempt.started_at + interval '1 second' * (p_step ->> 'timeout')::int,
                'infinity'
            )
        );
        return p_run;
    end if;
    if v_child.status <> 'COMPLETED' then
        v_error := jsonb_build_object(
            'code', 'CHILD_FAILED', 'permanent', true, 'message', format(
                'execution %s ended %s: %s', v_child.id, v_child.status,
                coalesce(v_child.error_code || ': ' || v_child.error_message, 'no error given')
            )
        );
    end if;
    return pbdb._end_attempt(
        p_run, p_step, p_attempt, coalesce(v_child.output_data, 'null'), v_error, null
    );
end;
$fn$;

comment on function pbdb._end_child_call(pbdb.run, jsonb, pbdb.playbook_step_results) is
'Ends the step that ran another playbook with that execution''s output, or with CHILD_FAILED; '
'waits on when that execution runs again.';

revoke execute on function pbdb._end_child_call(
    pbdb.run, jsonb, pbdb.playbook_step_results
) from public;
