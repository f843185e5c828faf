-- drop: function pbdb._run_engine_steps(uuid[], int)
--
-- In one subtransaction: whoever called is done with its own work, and what one of these steps
-- raises is for a sweep to find out, which takes each by itself.
create or replace function pbdb._run_engine_steps(p_root_ids uuid[], p_limit int)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result_id uuid := pbdb._next_engine_step(p_root_ids);
    v_done int := 0;
begin
    if v_result_id is null then
        return 0;
    end if;
    -- A loop, because each engine step may queue the next one: child, grandchild, back to the
    -- parent.
    while v_result_id is not null and v_done < p_limit loop
        perform pbdb._run_engine_step(v_result_id);
        v_done := v_done + 1;
        v_result_id := pbdb._next_engine_step(p_root_ids);
    end loop;
    return v_done;
exception
    when others or assert_failure then
        perform pbdb._wake_runners();
        return 0;
end;
$fn$;

comment on function pbdb._run_engine_steps(uuid[], int) is
'Runs queued engine steps of some families of executions, at most so many; what is left waits for '
'the next sweep.';

revoke execute on function pbdb._run_engine_steps(uuid[], int) from public;
