-- drop: function pbdb._end_lost_attempt(pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps)
create or replace function pbdb._end_lost_attempt(
    p_run pbdb.run,
    p_step jsonb,
    p_attempt pbdb.playbook_step_results,
    p_ready pbdb.playbook_ready_steps
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_on_lost text := p_step ->> 'on_lost';
    v_is_timeout boolean := p_ready.deadline_at <= clock_timestamp();
    v_error jsonb;
begin
    if v_on_lost = 'wait' then
        return pbdb._await_decision(p_run, p_attempt, 'LOST', null);
    end if;
    v_error := jsonb_build_object(
        'code', case when v_is_timeout then 'TIMEOUT' else 'LOST' end,
        'is_lost', true,
        'permanent', v_on_lost = 'fail',
        'message', case
            when v_is_timeout then format(
                'no result within the step''s timeout of %s s (worker %s)',
                p_ready.timeout_seconds, p_attempt.worker
            )
            else format(
                'the lease of worker %s expired at %s', p_attempt.worker,
                pbdb._time_text(p_ready.due_at)
            )
        end
    );
    return pbdb._end_attempt(p_run, p_step, p_attempt, null, v_error, null);
end;
$fn$;

comment on function pbdb._end_lost_attempt(
    pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps
) is
'Ends an attempt whose lease ran out: LOST or TIMEOUT, retried, failed or handed to a person as '
'on_lost says.';

revoke execute on function pbdb._end_lost_attempt(
    pbdb.run, jsonb, pbdb.playbook_step_results, pbdb.playbook_ready_steps
) from public;
