-- drop: function pbdb._leave_step(pbdb.run, jsonb, pbdb.thread, int, pbdb.step_result_status, jsonb, jsonb, int)
--
-- The one place that says what comes after a step.
create or replace function pbdb._leave_step(
    p_run pbdb.run,
    p_step jsonb,
    p_thread pbdb.thread,
    p_visit int,
    p_status pbdb.step_result_status,
    p_output jsonb,
    p_error jsonb,
    p_goes_to int
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_error jsonb;
begin
    if p_error is not null then
        v_error := pbdb._error_value(
            p_error ->> 'code', p_error ->> 'message', p_step ->> 'name', p_error -> 'details'
        );
    end if;
    if (p_step ->> 'is_read')::boolean then
        -- Inside scopes, which result a later step sees depends on where that step stands: the
        -- stored rows answer that, so they are stored before anybody asks.
        if p_thread.scope_id is null then
            p_run.known := p_run.known || jsonb_build_object(p_step ->> 'i', jsonb_build_object(
                'output', p_output, 'status', p_status, 'error', v_error
            ));
        else
            p_run := pbdb._flush_steps(p_run);
        end if;
    end if;

    if p_status in ('COMPLETED', 'SKIPPED') then
        if p_thread.scope_id is null
            and (
                p_visit = 1
                or not pbdb._was_completed(p_run, (p_step ->> 'id')::uuid, '{COMPLETED,SKIPPED}')
            ) then
            p_run.completed_steps := p_run.completed_steps + 1;
        end if;
        if p_status = 'COMPLETED' then
            p_thread.output := coalesce(p_output, 'null');
        end if;
        p_thread.step := coalesce(p_goes_to, (p_step ->> 'next')::int);
    elsif jsonb_typeof(p_step -> 'failure') = 'number' then
        p_run := pbdb._keep_error(p_run, p_thread.scope_id, v_error);
        p_thread.step := (p_step ->> 'failure')::int;
    else
        p_thread.step := null;
        p_thread.error := v_error;
    end if;
    p_run.threads := p_run.threads || p_thread;
    return p_run;
end;
$fn$;

comment on function pbdb._leave_step(
    pbdb.run, jsonb, pbdb.thread, int, pbdb.step_result_status, jsonb, jsonb, int
) is
'Puts control where it goes after a step has ended for good: success link or order, failure link, '
'or the end of the scope with an error. SKIPPED goes on as after success.';

revoke execute on function pbdb._leave_step(
    pbdb.run, jsonb, pbdb.thread, int, pbdb.step_result_status, jsonb, jsonb, int
) from public;
