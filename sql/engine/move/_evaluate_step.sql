-- drop: function pbdb._evaluate_step(jsonb, jsonb, jsonb, timestamptz, uuid, int)
--
-- The one exception block of entering a step. It holds no write, so it costs no transaction id, and
-- all that reads the tenant's data happens in it: what is written afterwards is known to fit. What
-- is not the step's own error goes up. Longer than a screen because one block must hold all of it.
create or replace function pbdb._evaluate_step(
    p_step jsonb,
    p_variables jsonb,
    p_input jsonb,
    p_began_at timestamptz,
    p_organization_id uuid,
    p_depth int
)
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
            perform pbdb._refuse_value('input', v_effect.input);
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
            perform pbdb._refuse_value('config', v_effect.request);
            if v_kind = 'claimed' then
                if length(p_step ->> 'handler') > 500 then
                    raise exception using
                        errcode = 'PB024',
                        message = format(
                            'the name of what runs it has %s characters, the limit is 500',
                            length(p_step ->> 'handler')
                        ),
                        hint = 'Give the function or the agent a shorter name.';
                end if;
                return v_effect;
            end if;
            return pbdb._plan_step(
                v_effect, p_step, p_variables, p_began_at, p_organization_id, p_depth
            );
        end if;

        v_effect.output := pbdb._inline_output(
            p_step ->> 'type', p_step -> 'config', v_effect.input, p_variables
        );
        perform pbdb._refuse_value('output', v_effect.output);
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
        when others or query_canceled or assert_failure then
            if pbdb._aborts_the_turn(sqlstate) and not (
                sqlstate = '57014' and pbdb._time_is_up(p_began_at, (p_step ->> 'timeout')::int)
            ) then
                raise;
            end if;
            v_effect.status := 'FAILED';
            v_effect.output := null;
            v_effect.goes_to := null;
            v_effect.error_message := left(sqlerrm, 10000);
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

comment on function pbdb._evaluate_step(jsonb, jsonb, jsonb, timestamptz, uuid, int) is
'Condition, input and, for a step that runs inside advance, its work. FAILED carries a step error '
'code; PENDING means that a handler, a wait, a join or a child has to act. Raises nothing that is '
'the step''s own fault: only what _aborts_the_turn names.';

revoke execute on function pbdb._evaluate_step(
    jsonb, jsonb, jsonb, timestamptz, uuid, int
) from public;
