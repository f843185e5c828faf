-- drop: function pbdb._start_runs(jsonb, uuid, jsonb[], text[], text, text, uuid, jsonb)
--
-- Executions that need no runner are over when this returns: they are written once, already
-- finished.
create or replace function pbdb._start_runs(
    p_program jsonb,
    p_organization_id uuid,
    p_inputs jsonb[],
    p_idempotency_keys text[],
    p_execution_name text,
    p_trigger_source text,
    p_triggered_by uuid,
    p_metadata jsonb
)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
    v_input jsonb;
    v_runs pbdb.run[] := '{}';
    v_ids uuid[] := array_fill(null::uuid, array[cardinality(p_inputs)]);
    v_order int[];
    v_index int;
    v_triggered_by constant uuid := coalesce(
        p_triggered_by, pbdb.subject_id(pbdb.current_actor())
    );
    v_has_child boolean := (p_program ->> 'has_child')::boolean;
begin
    perform pbdb._check_name('an execution', p_execution_name);
    perform pbdb._check_value('metadata', p_metadata);
    -- In the order of the keys, because two starts that wait for each other's keys must not wait in
    -- a circle.
    if p_idempotency_keys is not null and cardinality(p_inputs) > 1 then
        v_order := array(
            select i from generate_subscripts(p_inputs, 1) as i order by p_idempotency_keys[i], i
        );
    end if;
    -- A loop, because each execution is walked through its own steps; the writes are one statement
    -- a table.
    for v_number in 1 .. cardinality(p_inputs) loop
        v_index := coalesce(v_order[v_number], v_number);
        v_input := pbdb._filled_input(p_program, p_inputs[v_index]);
        perform pbdb._check_input(p_program, v_input);
        v_run := pbdb._new_run(p_organization_id, p_program, v_input);
        v_run.execution_name := p_execution_name;
        v_run.trigger_source := p_trigger_source;
        v_run.triggered_by := v_triggered_by;
        v_run.metadata := coalesce(p_metadata, '{}');
        if p_idempotency_keys[v_index] is not null then
            v_run := pbdb._claim_key(v_run, p_program, p_idempotency_keys[v_index]);
        end if;
        v_ids[v_index] := v_run.execution_id;
        continue when cardinality(v_run.threads) = 0;

        v_run := pbdb._advance(v_run, p_program);
        v_runs := v_runs || v_run;
        if cardinality(v_runs) >= 50 then
            perform pbdb._flush_runs(v_runs);
            v_runs := '{}';
        end if;
    end loop;
    if cardinality(v_runs) > 0 then
        perform pbdb._flush_runs(v_runs);
    end if;
    if v_has_child then
        perform pbdb._run_engine_steps(v_ids, 100);
    end if;
    return v_ids;
end;
$fn$;

comment on function pbdb._start_runs(jsonb, uuid, jsonb[], text[], text, text, uuid, jsonb) is
'Starts one execution for each input and moves it as far as it goes in this transaction; the ids, '
'in order.';

revoke execute on function pbdb._start_runs(
    jsonb, uuid, jsonb[], text[], text, text, uuid, jsonb
) from public;
