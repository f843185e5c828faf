-- drop: function pbdb._evaluate_step(jsonb, jsonb, jsonb)
--
-- The one exception block of a step. It holds no write, so it costs no transaction id. Conditions
-- are named: what is not the step's own fault (locks, resources, shutdown, a cancel) goes up. A
-- statement timeout is the step's fault only once the time is really used up.
-- Longer than a screen because one exception block must hold all of it.
create or replace function pbdb._evaluate_step(p_step jsonb, p_variables jsonb, p_input jsonb)
returns pbdb.step_effect
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_effect pbdb.step_effect;
    v_kind text := p_step ->> 'kind';
begin
    begin
        if p_step ? 'condition' and jsonb_typeof(p_step -> 'condition') <> 'null'
            and not pbdb._condition_holds(p_step -> 'condition', p_variables) then
            v_effect.status := 'SKIPPED';
            v_effect.error_message := 'condition is false: ' || left(p_step ->> 'condition', 500);
            return v_effect;
        end if;

        if jsonb_typeof(p_step -> 'mapping') = 'object' then
            v_effect.input := pbdb._map(p_step -> 'mapping', p_variables);
        else
            v_effect.input := p_input;
        end if;

        if jsonb_typeof(p_step -> 'input_schema') = 'object' then
            v_effect := pbdb._check_shape(
                v_effect, p_step -> 'input_schema', v_effect.input, 'INPUT_INVALID', 'input'
            );
            if v_effect.status = 'FAILED' then
                return v_effect;
            end if;
        end if;

        if v_kind <> 'inline' then
            v_effect.status := 'PENDING';
            if jsonb_typeof(p_step -> 'dynamic_keys') = 'array' then
                v_effect.request := pbdb._resolve_request(p_step, v_effect.input, p_variables);
            end if;
            return v_effect;
        end if;

        v_effect.output := pbdb._inline_output(
            p_step ->> 'type', p_step -> 'config', v_effect.input, p_variables
        );
        if p_step ? 'targets' then
            v_effect.goes_to := (p_step -> 'targets' ->> (v_effect.output ->> 'branch_to'))::int;
        end if;

        if pg_column_size(v_effect.output) > pbdb._output_limit() then
            v_effect.status := 'FAILED';
            v_effect.error_code := 'OUTPUT_TOO_LARGE';
            v_effect.error_message := format(
                'the output is %s bytes, the limit is %s',
                pg_column_size(v_effect.output), pbdb._output_limit()
            );
            v_effect.output := null;
            return v_effect;
        end if;
        v_effect.status := 'COMPLETED';
        if jsonb_typeof(p_step -> 'output_schema') = 'object' then
            v_effect := pbdb._check_shape(
                v_effect, p_step -> 'output_schema', v_effect.output, 'OUTPUT_INVALID', 'output'
            );
            if v_effect.status = 'FAILED' then
                v_effect.output := null;
                v_effect.goes_to := null;
            end if;
        end if;
    exception
        when sqlstate 'PB015' or sqlstate 'PB016' or sqlstate 'PB024' or sqlstate 'PB021'
            or data_exception or syntax_error or undefined_object or program_limit_exceeded
            or statement_too_complex or query_canceled then
            if sqlstate = '57014' and not pbdb._statement_time_is_up() then
                raise;
            end if;
            v_effect.status := 'FAILED';
            v_effect.output := null;
            v_effect.error_message := sqlerrm;
            v_effect.error_code := case sqlstate
                when 'PB016' then 'TEMPLATE_ERROR'
                when 'PB024' then 'CONFIG_INVALID'
                when '57014' then 'TIMEOUT'
                else 'EXPRESSION_ERROR'
            end;
    end;
    return v_effect;
end;
$fn$;

comment on function pbdb._evaluate_step(jsonb, jsonb, jsonb) is
'Condition, input and, for a step that runs inside advance, its work. FAILED carries a step error '
'code; PENDING means that a handler, a wait or a join has to act. Raises nothing that is the '
'step''s own fault.';

revoke execute on function pbdb._evaluate_step(jsonb, jsonb, jsonb) from public;
