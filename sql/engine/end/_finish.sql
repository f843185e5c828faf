-- drop: function pbdb._finish(pbdb.run, jsonb, pbdb.playbook_execution_status, jsonb, jsonb)
create or replace function pbdb._finish(
    p_run pbdb.run,
    p_program jsonb,
    p_status pbdb.playbook_execution_status,
    p_output jsonb,
    p_error jsonb
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_error jsonb := p_error;
begin
    p_run.threads := '{}';
    if p_status = 'COMPLETED' then
        p_run.output := p_output;
        if jsonb_typeof(p_program -> 'output_mapping') in ('object', 'array', 'string') then
            v_error := pbdb._map_output(p_run, p_program);
            p_run.output := v_error -> 'output';
            v_error := v_error -> 'error';
        end if;
        if v_error is null and jsonb_typeof(p_program -> 'output_schema') = 'object' then
            v_error := pbdb._output_error(p_program, p_run.output);
        end if;
        if v_error is not null then
            p_run.output := null;
        end if;
    end if;

    -- Before the time of its end is read: what is closed began before.
    if p_status <> 'COMPLETED' then
        p_run.output := null;
        p_run := pbdb._close_open_steps(
            p_run, null,
            case when p_status = 'TIMEOUT' then 'TIMEOUT' else 'CANCELLED' end,
            format('the execution ended: %s', coalesce(v_error ->> 'message', p_status::text))
        );
    end if;
    p_run.status := case
        when p_status = 'COMPLETED' and v_error is not null then 'FAILED'
        else p_status
    end;
    p_run.error_code := v_error ->> 'code';
    p_run.error_message := v_error ->> 'message';
    p_run.error_stack := v_error ->> 'stack';
    p_run.completed_at := clock_timestamp();
    p_run.pause_reason := null;
    p_run.paused_at := null;
    return p_run;
end;
$fn$;

comment on function pbdb._finish(
    pbdb.run, jsonb, pbdb.playbook_execution_status, jsonb, jsonb
) is
'Ends an execution: output mapping and schema on success, every open step closed otherwise. The '
'parent is woken when the run is written.';

revoke execute on function pbdb._finish(
    pbdb.run, jsonb, pbdb.playbook_execution_status, jsonb, jsonb
) from public;
