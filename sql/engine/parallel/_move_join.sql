-- drop: function pbdb._move_join(pbdb.run, jsonb, uuid)
--
-- Decided while the execution's row is locked, from counters that are changed under the same lock.
-- A join opens its next branches a window at a time, so that 10,000 items are never 10,000 rows at
-- once.
create or replace function pbdb._move_join(p_run pbdb.run, p_program jsonb, p_result_id uuid)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_join pbdb.playbook_joins;
    v_left int;
begin
    select j.* into v_join
    from pbdb.playbook_joins as j
    where
        j.organization_id = p_run.organization_id and j.execution_id = p_run.execution_id
        and j.result_id = p_result_id;
    v_left := v_join.total - v_join.succeeded_count - v_join.failed_count;

    if v_join.succeeded_count + v_left < v_join.needed then
        return pbdb._end_join(p_run, p_program, v_join, false);
    end if;
    if v_join.succeeded_count >= v_join.needed and (v_left = 0 or not v_join.waits_for_all) then
        return pbdb._end_join(p_run, p_program, v_join, true);
    end if;
    -- Refilled by eighths: one insert for many branches of a wide window, no free place in a
    -- narrow one.
    if v_join.next_index < v_join.total
        and v_join.open_count <= v_join.max_parallel - greatest(1, v_join.max_parallel / 8) then
        return pbdb._open_scopes(p_run, p_program, v_join);
    end if;
    return p_run;
end;
$fn$;

comment on function pbdb._move_join(pbdb.run, jsonb, uuid) is
'Ends a join whose outcome is certain, else opens the next branches or items that its window '
'allows.';

revoke execute on function pbdb._move_join(pbdb.run, jsonb, uuid) from public;
