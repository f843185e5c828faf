-- drop: function pbdb._settle_reports_singly(uuid[], uuid[], text[], jsonb[], text, text)
create or replace function pbdb._settle_reports_singly(
    p_ids uuid[],
    p_tokens uuid[],
    p_outputs text[],
    p_errors jsonb[],
    p_sqlstate text,
    p_message text
)
returns pbdb.verdict[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_verdicts pbdb.verdict[] := '{}';
    v_verdict pbdb.verdict;
    v_is_out_of_time boolean := p_sqlstate = '57014';
begin
    if cardinality(p_ids) = 1 then
        return array[pbdb._refuse_report(
            p_ids[1], p_tokens[1], p_sqlstate, p_message,
            v_is_out_of_time and pbdb._time_is_up(statement_timestamp(), null)
        )];
    end if;
    -- A loop, because each report has a subtransaction of its own. Many of them slow every session
    -- down, and statement_timeout fires only once: what is left comes again.
    for i in 1 .. cardinality(p_ids) loop
        if v_is_out_of_time or i > 40 then
            v_verdicts := v_verdicts || pbdb._busy_verdicts(p_ids[i:]);
            exit;
        end if;
        v_verdict := pbdb._settle_report(p_ids[i], p_tokens[i], p_outputs[i], p_errors[i]);
        v_is_out_of_time := v_verdict.code = '57014';
        v_verdicts := v_verdicts || v_verdict;
    end loop;
    return v_verdicts;
end;
$fn$;

comment on function pbdb._settle_reports_singly(
    uuid[], uuid[], text[], jsonb[], text, text
) is
'Verdicts for reports of which one could not be written, each settled by itself; busy where the '
'time of the statement, or the number of subtransactions, is used up.';

revoke execute on function pbdb._settle_reports_singly(
    uuid[], uuid[], text[], jsonb[], text, text
) from public;
