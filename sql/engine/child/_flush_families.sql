-- drop: function pbdb._flush_families(pbdb.run[])
create or replace function pbdb._flush_families(p_runs pbdb.run[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
    v_child_id uuid;
begin
    -- Loops, because each execution is a family, and each cancelled child one to lock and to end.
    foreach v_run in array p_runs loop
        if cardinality(v_run.calls) > 0 then
            perform pbdb._start_calls(v_run);
        end if;
        foreach v_child_id in array v_run.cancels loop
            perform pbdb._cancel_child(v_child_id);
        end loop;
        if v_run.parent_result_id is not null and v_run.completed_at is not null then
            perform pbdb._wake_parent(v_run.parent_result_id);
        end if;
    end loop;
end;
$fn$;

comment on function pbdb._flush_families(pbdb.run[]) is
'Does what executions that are written now have decided about others: their calls begin, calls '
'that nobody waits for end, and the parent of one that has ended is woken.';

revoke execute on function pbdb._flush_families(pbdb.run[]) from public;
