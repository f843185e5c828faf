-- drop: function pbdb.what_if_document(jsonb, jsonb, jsonb)
--
-- Definer: apps change executions only through functions. Everything happens in a subtransaction
-- that ends in an exception on purpose: variables survive it, rows do not.
create or replace function pbdb.what_if_document(
    p_document jsonb, p_input jsonb default '{}', p_outputs jsonb default '{}'
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
    v_organization_id uuid := pbdb.require_organization();
    v_playbook_id uuid;
    v_execution_id uuid;
    v_trace jsonb;
begin
    perform pbdb._check_document(p_document);
    perform pbdb._check_value('outputs', p_outputs);
    begin
        v_playbook_id := pbdb._insert_for_a_moment(v_organization_id, p_document);
        perform pbdb.activate_playbook(v_playbook_id);
        v_execution_id := pbdb.start_playbook_execution(v_playbook_id, p_input);
        perform pbdb._run_to_the_end(v_execution_id, coalesce(p_outputs, '{}'));
        v_trace := pbdb._trace(v_execution_id);
        raise exception using errcode = 'WHTIF', message = 'what_if_document undoes its run';
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

comment on function pbdb.what_if_document(jsonb, jsonb, jsonb) is
'As what_if_playbook, for a document that is not stored: it is imported, activated, run and '
'undone. Raises PB001, PB009 (malformed), PB010 (it has errors; the detail lists them), PB006.';

revoke execute on function pbdb.what_if_document(jsonb, jsonb, jsonb) from public;
grant execute on function pbdb.what_if_document(jsonb, jsonb, jsonb) to pbdb_app;
