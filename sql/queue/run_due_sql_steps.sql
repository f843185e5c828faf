-- drop: function pbdb.run_due_sql_steps(int)
--
-- Definer: it serves every tenant. One transaction: a query that takes the whole server down with
-- it is not counted as an attempt here, as it is when a runner claims it first.
create or replace function pbdb.run_due_sql_steps(p_limit int default 100)
returns int
language plpgsql
volatile
security definer
set search_path = ''
as $fn$
declare
    v_result_id uuid;
    v_done int := 0;
begin
    perform pbdb._check_claim('run_due_sql_steps', p_limit, 1);
    perform pbdb._settle_overdue(p_limit);
    -- A loop, because a finished step may make the next one due. It stops waiting for nobody.
    while v_done < p_limit loop
        select q.result_id into v_result_id
        from pbdb.playbook_ready_steps as q
        where
            q.handler in ('DATABASE_QUERY', 'MEMORY_SEARCH') and q.state = 'READY'
            and q.due_at <= clock_timestamp()
            and pbdb._try_lock(q.execution_id)
        order by q.due_at
        limit 1
        for update skip locked;
        exit when not found;
        perform pbdb._perform_sql_step(v_result_id, 'run_due_sql_steps', null);
        v_done := v_done + 1;
    end loop;
    -- Last, because a roll-up stays locked until this transaction ends, and retries wait for it.
    perform pbdb.roll_up_executions();
    return v_done;
end;
$fn$;

comment on function pbdb.run_due_sql_steps(int) is
'Sweeps, then runs up to p_limit due DATABASE_QUERY and MEMORY_SEARCH steps that need no '
'embedding, and gives how many: what an installation without runners calls from pg_cron or any '
'client. Set statement_timeout before the call.';

revoke execute on function pbdb.run_due_sql_steps(int) from public;
grant execute on function pbdb.run_due_sql_steps(int) to pbdb_worker, pbdb_app;
