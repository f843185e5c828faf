-- drop: function pbdb._output_problem(text)
--
-- pg_input_is_valid gives no answer but raises when the text nests deeper than the stack allows,
-- and that must end one attempt, not the report of a whole batch. The block is entered only by
-- outputs that could be that deep. Five hundred levels are what clients' parsers take as well.
create or replace function pbdb._output_problem(p_output text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_max_depth constant int := 500;
    v_has_many boolean :=
        length(p_output) - length(translate(p_output, '[{', '')) > v_max_depth;
begin
    if not v_has_many then
        return case
            when not pg_input_is_valid(p_output, 'jsonb')
                then (pg_input_error_info(p_output, 'jsonb')).message
        end;
    end if;
    begin
        return case
            when not pg_input_is_valid(p_output, 'jsonb')
                then (pg_input_error_info(p_output, 'jsonb')).message
            when jsonb_path_exists(p_output::jsonb, '$.**{501}')
                then format('it nests more than %s levels deep', v_max_depth)
        end;
    exception
        when statement_too_complex then
            return format('it nests more than %s levels deep', v_max_depth);
    end;
end;
$fn$;

comment on function pbdb._output_problem(text) is
'Why a text is not JSON that can be stored and read again; null when it is.';

revoke execute on function pbdb._output_problem(text) from public;
