-- drop: function pbdb._drop_calls(pbdb.run, uuid[])
create or replace function pbdb._drop_calls(p_run pbdb.run, p_result_ids uuid[])
returns pbdb.run
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if cardinality(p_run.calls) > 0 then
        p_run.calls := array(
            select c
            from unnest(p_run.calls) as c
            where c.result_id <> all(p_result_ids)
        );
    end if;
    p_run.cancels := p_run.cancels || array(
        select e.id
        from pbdb.playbook_executions as e
        where
            e.root_execution_id = coalesce(p_run.root_execution_id, p_run.execution_id)
            and e.parent_result_id = any(p_result_ids) and e.completed_at is null
        order by e.id
    );
    return p_run;
end;
$fn$;

comment on function pbdb._drop_calls(pbdb.run, uuid[]) is
'Nobody waits any more for what these attempts called: what has not begun never does, and what has '
'is cancelled when the run is written.';

revoke execute on function pbdb._drop_calls(pbdb.run, uuid[]) from public;
