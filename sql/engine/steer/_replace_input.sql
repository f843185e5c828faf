-- drop: function pbdb._replace_input(pbdb.run, jsonb, jsonb)
--
-- A result whose input is null read the execution's, so the one before is kept.
create or replace function pbdb._replace_input(p_run pbdb.run, p_program jsonb, p_input jsonb)
returns pbdb.run
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_input constant jsonb := pbdb._filled_input(p_program, p_input);
begin
    perform pbdb._check_input(p_program, v_input);

    insert into pbdb.playbook_replaced_inputs (organization_id, execution_id, input_data)
    values (p_run.organization_id, p_run.execution_id, p_run.input);
    update pbdb.playbook_executions as e
    set input_data = v_input
    where e.organization_id = p_run.organization_id and e.id = p_run.execution_id;
    p_run.input := v_input;
    return p_run;
end;
$fn$;

comment on function pbdb._replace_input(pbdb.run, jsonb, jsonb) is
'Gives an execution that is locked another input. Raises PB006, PB014.';

revoke execute on function pbdb._replace_input(pbdb.run, jsonb, jsonb) from public;
