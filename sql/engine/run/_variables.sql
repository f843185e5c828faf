-- drop: function pbdb._variables(pbdb.run, jsonb, jsonb, jsonb, uuid)
--
-- Longer than a screen because it is one list: what each variable is, for the steps that name it.
create or replace function pbdb._variables(
    p_run pbdb.run, p_program jsonb, p_step jsonb, p_scope jsonb, p_scope_id uuid
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_variables jsonb;
    v_more jsonb := '{}';
    v_sources jsonb := p_step -> 'sources';
    v_name text;
    v_index text;
    v_known jsonb;
    v_steps jsonb;
    v_input jsonb;
begin
    if coalesce((p_step ->> 'reads_input')::boolean, true) then
        v_input := p_run.input;
    end if;
    if (p_step ->> 'reads_execution')::boolean then
        v_more := jsonb_build_object('execution', jsonb_build_object(
            'id', p_run.execution_id, 'name', p_run.execution_name,
            'playbook', p_program -> 'name', 'version', p_program -> 'version',
            'trigger_source', p_run.trigger_source, 'started_at',
            pbdb._time_text(p_run.started_at)
        ), 'now', pbdb._time_text(clock_timestamp()));
    end if;
    if (p_step ->> 'reads_outer')::boolean and p_scope_id is not null then
        v_more := v_more || jsonb_build_object(
            'outer', pbdb._outer_item(p_run.organization_id, p_scope_id)
        );
    end if;
    -- A loop, because most steps read one earlier output and many of them are still in memory; by
    -- number, because a query over the names costs more than all the rest.
    for v_number in 0 .. jsonb_array_length(v_sources) - 1 loop
        v_name := v_sources -> v_number ->> 0;
        v_index := v_sources -> v_number ->> 1;
        v_known := p_run.known -> v_index;
        if v_known is null then
            v_known := pbdb._recall_result(
                p_run.organization_id, p_run.execution_id,
                (p_program -> 'steps' -> v_index::int ->> 'id')::uuid, p_scope_id
            );
        end if;
        if starts_with(v_name, 'steps.') then
            v_steps := coalesce(v_steps, '{}') || jsonb_build_object(substr(v_name, 7), v_known);
        else
            v_more := v_more || jsonb_build_object(v_name, v_known -> 'output');
        end if;
    end loop;
    if v_steps is not null then
        v_more := v_more || jsonb_build_object('steps', v_steps);
    end if;

    -- In one go and last, and only for who reads it: putting an input of ten thousand items into an
    -- object walks through all of them, for each of them.
    v_variables := case
        when p_scope is null then jsonb_build_object(
            'input', v_input, 'error', coalesce(p_run.handled_error, 'null')
        )
        else jsonb_build_object(
            'input', v_input,
            'error', coalesce(nullif(p_scope -> 'error', 'null'), p_run.handled_error, 'null'),
            'item', p_scope -> 'item', 'index', p_scope -> 'index'
        )
    end;
    return case when v_more = '{}' then v_variables else v_variables || v_more end;
end;
$fn$;

comment on function pbdb._variables(pbdb.run, jsonb, jsonb, jsonb, uuid) is
'The variables that the expressions of one step may name; only the steps that it names are looked '
'up.';

revoke execute on function pbdb._variables(pbdb.run, jsonb, jsonb, jsonb, uuid) from public;
