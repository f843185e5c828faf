-- drop: function pbdb.run_playbook(text, jsonb)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.run_playbook(p_name text, p_input jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_execution_id uuid := pbdb.start_playbook(p_name, p_input);
    v_execution pbdb.playbook_executions;
begin
    perform pbdb._run_to_the_end(v_execution_id);
    select e.* into v_execution from pbdb.playbook_executions as e where e.id = v_execution_id;
    if v_execution.status <> 'COMPLETED' then
        raise exception using
            errcode = 'PB025',
            message = format(
                'playbook "%s" ended %s: %s: %s', p_name, v_execution.status,
                v_execution.error_code, v_execution.error_message
            ),
            detail = (
                select string_agg(
                    format('%s attempt %s: %s %s', s.step_name, r.attempt_number, r.status,
                        coalesce(r.error_code, '')), e'\n' order by r.id
                )
                from pbdb.playbook_step_results as r
                inner join pbdb.playbook_steps as s on s.id = r.step_id
                where
                    r.organization_id = v_execution.organization_id
                    and r.execution_id = v_execution_id
            ),
            hint = 'Nothing was kept. To keep the execution and its error: select '
                'pbdb.start_playbook(…);';
    end if;
    return v_execution.output_data;
end;
$fn$;

comment on function pbdb.run_playbook(text, jsonb) is
'Runs a playbook whose steps PostgreSQL can do itself to its end in the caller''s transaction and '
'gives the output. SQL steps are retried at once instead of after a delay. Raises PB018 when a '
'step needs a runner or waits, PB025 when the playbook fails, and as start_playbook.';

revoke execute on function pbdb.run_playbook(text, jsonb) from public;
grant execute on function pbdb.run_playbook(text, jsonb) to pbdb_app;
