-- drop: function pbdb._join_plan(jsonb, jsonb, jsonb)
create or replace function pbdb._join_plan(p_step jsonb, p_input jsonb, p_variables jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_config jsonb := p_step -> 'config';
    v_items jsonb;
    v_total int;
    v_join jsonb := coalesce(v_config -> 'join', '"all"');
    v_goes_on boolean := v_config ->> 'on_branch_failure' = 'continue';
    v_needed int;
begin
    if v_config ? 'for_each' then
        begin
            v_items := pbdb._map(
                v_config -> 'for_each',
                pbdb._with_step_input(v_config ->> 'for_each', p_input, p_variables)
            );
        exception
            when sqlstate 'PB015' or data_exception or syntax_error or undefined_object then
                return jsonb_build_object('error', jsonb_build_object(
                    'code', 'EXPRESSION_ERROR', 'message', 'for_each: ' || sqlerrm
                ));
        end;
        if jsonb_typeof(v_items) <> 'array' then
            return jsonb_build_object('error', jsonb_build_object(
                'code', 'CONFIG_INVALID', 'message', format(
                    'for_each is not an array but %s: %s', jsonb_typeof(v_items),
                    left(v_items::text, 200)
                )
            ));
        end if;
        v_total := jsonb_array_length(v_items);
    else
        v_total := jsonb_array_length(p_step -> 'branches');
    end if;

    v_needed := case
        when v_join = '"any"' then least(1, v_total)
        when v_join ? 'at_least' then (v_join ->> 'at_least')::int
        when v_goes_on then 0
        else v_total
    end;
    return jsonb_build_object(
        'request', case when v_items is not null then jsonb_build_object('for_each', v_items) end,
        'total', v_total, 'needed', v_needed,
        'waits_for_all', v_join = '"all"',
        'max_parallel', least(
            coalesce(
                (v_config ->> 'max_parallel')::int,
                case when v_items is null then v_total else 100 end
            ),
            1000
        )
    );
end;
$fn$;

comment on function pbdb._join_plan(jsonb, jsonb, jsonb) is
'How many branches or items a PARALLEL_EXECUTION has, how many must succeed and how many may be '
'open at once (default: all branches; 100 items, at most 1000); {error} when for_each gives no '
'array.';

revoke execute on function pbdb._join_plan(jsonb, jsonb, jsonb) from public;
