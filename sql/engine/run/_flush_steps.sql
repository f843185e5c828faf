-- drop: function pbdb._flush_steps(pbdb.run)
create or replace function pbdb._flush_steps(p_run pbdb.run)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_run.is_new then
        perform pbdb._insert_executions(array[p_run]);
        p_run.is_new := false;
    end if;
    if cardinality(p_run.results) + cardinality(p_run.ended) > 0 then
        perform pbdb._flush_attempts(
            array[p_run], cardinality(p_run.ended) > 0, cardinality(p_run.ready)
        );
    end if;
    p_run.results := '{}';
    p_run.ended := '{}';
    p_run.ready := '{}';
    return p_run;
end;
$fn$;

comment on function pbdb._flush_steps(pbdb.run) is
'Writes the attempts of a run that is still being worked on, so that statements can see them. What '
'it does to other executions waits for _flush_runs.';

revoke execute on function pbdb._flush_steps(pbdb.run) from public;
