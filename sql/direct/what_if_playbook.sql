-- drop: function pbdb.what_if_playbook(text, jsonb, jsonb)
--
-- Definer: apps change executions only through functions. The run happens in a subtransaction that
-- ends in an exception on purpose: variables survive it, rows do not.
create or replace function pbdb.what_if_playbook(
    p_name text, p_input jsonb default '{}', p_outputs jsonb default '{}'
)
returns table (
    step_name text,
    branch text,
    item_index int,
    status text,
    visit int,
    attempt_number int,
    input_data jsonb,
    output_data jsonb,
    error_code text,
    error_message text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_execution_id uuid;
    v_trace jsonb;
begin
    perform pbdb._check_value('outputs', p_outputs);
    begin
        v_execution_id := pbdb.start_playbook(p_name, p_input);
        perform pbdb._run_to_the_end(v_execution_id, coalesce(p_outputs, '{}'));
        v_trace := pbdb._trace(v_execution_id);
        raise exception using errcode = 'WHTIF', message = 'what_if_playbook undoes its run';
    exception
        when sqlstate 'WHTIF' then
            null;
    end;
    return query
    select t.*
    from jsonb_to_recordset(v_trace) as t (
        step_name text, branch text, item_index int, status text, visit int,
        attempt_number int, input_data jsonb, output_data jsonb, error_code text,
        error_message text
    );
end;
$fn$;

comment on function pbdb.what_if_playbook(text, jsonb, jsonb) is
'Runs a playbook against real data and undoes everything: what comes back is the trace, a row for '
'each attempt in order and a last row without step name for the execution. Steps that need a '
'runner or wait take their output from p_outputs, by step name; the run stops at one that is not '
'there. Sequences and NOTIFY of a write query excepted, nothing remains. Raises as start_playbook.';

revoke execute on function pbdb.what_if_playbook(text, jsonb, jsonb) from public;
grant execute on function pbdb.what_if_playbook(text, jsonb, jsonb) to pbdb_app;
