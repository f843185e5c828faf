-- drop: function pbdb._lock_free_families(uuid[], float8)
--
-- SKIP LOCKED, and a little patience: most locks are those of other reports and gone at once, and
-- an application's transaction that stays open must not stand in anybody's way.
create or replace function pbdb._lock_free_families(
    p_step_result_ids uuid[], p_patience_seconds float8
)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_wanted uuid[];
    v_locked uuid[];
    v_pause float8 := 0.001;
begin
    v_wanted := array(
        select distinct u.id
        from pbdb.playbook_step_results as r
        cross join lateral (
            select x.id, x.root_execution_id
            from pbdb.playbook_executions as x
            where x.id = r.execution_id
            offset 0
        ) as x
        cross join lateral unnest(array[x.root_execution_id, x.id]) as u (id)
        where r.id = any(p_step_result_ids) and u.id is not null
    );
    loop
        v_locked := array(
            select e.id
            from pbdb.playbook_executions as e
            where e.id = any(v_wanted)
            order by coalesce(e.root_execution_id, e.id), e.depth, e.id
            for update skip locked
        );
        if cardinality(v_locked) = cardinality(v_wanted) then
            return '{}';
        end if;
        exit when v_pause > p_patience_seconds;
        perform pg_sleep(v_pause);
        v_pause := v_pause * 2;
    end loop;
    return array(
        select r.id
        from pbdb.playbook_step_results as r
        inner join pbdb.playbook_executions as x on x.id = r.execution_id
        where
            r.id = any(p_step_result_ids)
            and not array[x.id, coalesce(x.root_execution_id, x.id)] <@ v_locked
    );
end;
$fn$;

comment on function pbdb._lock_free_families(uuid[], float8) is
'Locks the executions of some attempts as _lock_families does, but not those that somebody holds '
'for longer than about p_patience_seconds: gives the attempts of these.';

revoke execute on function pbdb._lock_free_families(uuid[], float8) from public;
