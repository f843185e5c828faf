-- drop: function pbdb.run_due_sql_steps(int)
--
-- Definer: for those who run runners it serves every tenant; an application is a tenant's, and runs
-- its steps only. One transaction: a query that takes the whole server down with
-- it is not counted as an attempt here, as it is when a runner claims it first.
create or replace function pbdb.run_due_sql_steps(p_limit int default 100)
returns int
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_due record;
    v_done int := 0;
    v_before int;
    v_organization_id uuid := pbdb.current_organization_id();
begin
    if v_organization_id is null and not pg_has_role(
        coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
        'pbdb_worker', 'USAGE'
    ) then
        v_organization_id := pbdb.require_organization();
    end if;
    perform pbdb._check_claim('run_due_sql_steps', p_limit, 1);
    perform pbdb._settle_overdue(p_limit);
    -- Round after round, because a finished step may make the next one due. The execution is locked
    -- before its step, as everywhere, and one that somebody holds is left to the next call.
    loop
        v_before := v_done;
        for v_due in
            select q.execution_id, q.result_id
            from pbdb.playbook_ready_steps as q
            where
                q.handler = any(pbdb._sql_types()) and q.state = 'READY'
                and q.due_at <= (select clock_timestamp())
                and (v_organization_id is null or q.organization_id = v_organization_id)
            order by q.due_at
            limit p_limit - v_done
        loop
            if pbdb._try_lock(v_due.execution_id) then
                v_done := v_done + (
                    pbdb._perform_sql_step(v_due.result_id, 'run_due_sql_steps', null) is not null
                )::int;
            end if;
        end loop;
        exit when v_done = v_before or v_done >= p_limit;
    end loop;
    -- Last, because a roll-up stays locked until this transaction ends, and retries wait for it.
    perform pbdb.roll_up_executions();
    return v_done;
end;
$fn$;

comment on function pbdb.run_due_sql_steps(int) is
'Sweeps, then runs up to p_limit due DATABASE_QUERY and MEMORY_SEARCH steps that need no '
'embedding, and gives how many: what an installation without runners calls from pg_cron or any '
'client. With an organization set it runs that one''s steps only; without, every tenant''s, for '
'which the caller must be a member of pbdb_worker. Set statement_timeout before the call. Raises '
'PB001.';

revoke execute on function pbdb.run_due_sql_steps(int) from public;
grant execute on function pbdb.run_due_sql_steps(int) to pbdb_worker, pbdb_app;
