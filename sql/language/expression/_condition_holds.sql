-- drop: function pbdb._condition_holds(jsonb, jsonb, jsonb)
--
-- The lists of all and any are loops because the first part that decides ends them.
create or replace function pbdb._condition_holds(
    p_condition jsonb, p_variables jsonb, p_base jsonb default null
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_kind constant text := coalesce(jsonb_typeof(p_condition), 'null');
    v_value jsonb;
    v_latest timestamptz;
begin
    if v_kind = 'string' then
        v_value := jsonb_path_query_first(
            'null', pbdb._affordable_path(p_condition #>> '{}', p_variables), p_variables
        );
        if v_value is null or v_value in ('null', 'true', 'false') then
            return coalesce(v_value = 'true', false);
        end if;
    elsif v_kind = 'object' then
        if pg_column_size(p_variables) > 10000 then
            v_latest := pbdb._latest_end(p_variables);
        end if;
        if p_condition ? 'operator' then
            return pbdb._comparison_holds(p_condition, p_variables, p_base);
        elsif p_condition ? 'not' then
            return not pbdb._condition_holds(p_condition -> 'not', p_variables, p_base);
        elsif jsonb_typeof(p_condition -> 'all') = 'array' then
            for i in 0 .. jsonb_array_length(p_condition -> 'all') - 1 loop
                if clock_timestamp() > v_latest then
                    perform pbdb._refuse_late(v_latest);
                end if;
                continue when pbdb._condition_holds(
                    p_condition -> 'all' -> i, p_variables, p_base
                );
                return false;
            end loop;
            return true;
        elsif jsonb_typeof(p_condition -> 'any') = 'array' then
            for i in 0 .. jsonb_array_length(p_condition -> 'any') - 1 loop
                if clock_timestamp() > v_latest then
                    perform pbdb._refuse_late(v_latest);
                end if;
                continue when not pbdb._condition_holds(
                    p_condition -> 'any' -> i, p_variables, p_base
                );
                return true;
            end loop;
            return false;
        elsif p_condition = '{}' then
            return true;
        end if;
    elsif v_kind in ('null', 'boolean') then
        return p_condition is null or p_condition <> 'false';
    end if;

    raise exception using
        errcode = 'PB015',
        message = format('%s is not a condition', left(coalesce(v_value, p_condition)::text, 200)),
        hint = 'Write a path predicate such as "$input.score > 80", '
            '{"field", "operator", "value"}, or all, any and not around those.';
end;
$fn$;

comment on function pbdb._condition_holds(jsonb, jsonb, jsonb) is
'Whether a condition holds; never null. No condition and {} hold. Bare fields are members of '
'p_base, by default the step''s mapped input, else the execution''s input. Unknown is false; an '
'error raises PB015 or what jsonpath raises.';

revoke execute on function pbdb._condition_holds(jsonb, jsonb, jsonb) from public;
