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
    v_some record;
    v_what text;
    v_done int := 0;
    v_used int := 0;
    v_singly int := 0;
    v_passed uuid[] := '{}';
    v_organization_id uuid := pbdb.current_organization_id();
begin
    if v_organization_id is null and not pg_has_role(
        coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
        'pbdb_worker', 'USAGE'
    ) then
        v_organization_id := pbdb.require_organization();
    end if;
    perform pbdb._check_claim('run_due_sql_steps', p_limit, 1);
    perform pbdb._settle_overdue(p_limit, v_organization_id);
    -- Round after round, because a finished step may make the next one due. At most about forty
    -- subtransactions, of which a step that fails needs five.
    while v_done < p_limit and v_used < 40 loop
        select s.done, s.failed, s.what into v_some
        from pbdb._run_some_sql_steps(
            case when v_singly > 0 then 1 else p_limit - v_done end, v_organization_id, v_passed,
            v_done = 0
        ) as s;
        v_what := v_some.what;
        v_done := v_done + v_some.done;
        v_used := v_used + case v_what when 'failed' then 5 else 1 end;
        v_singly := case v_what when 'again' then 20 else greatest(v_singly - 1, 0) end;
        if v_what = 'failed' then
            v_passed := v_passed || v_some.failed;
        end if;
        exit when v_what in ('nothing left', 'out of time');
    end loop;
    if v_what is distinct from 'out of time' then
        -- Last, because a roll-up stays locked until this transaction ends, and retries wait for
        -- it.
        perform case
            when v_organization_id is null then pbdb.roll_up_executions()
            else pbdb._roll_up_organization(v_organization_id, 50000)
        end;
    end if;
    return v_done;
end;
$fn$;

comment on function pbdb.run_due_sql_steps(int) is
'Sweeps, then runs up to p_limit due DATABASE_QUERY and MEMORY_SEARCH steps that need no '
'embedding, and gives how many: what an installation without runners calls from pg_cron or any '
'client. With an organization set it sweeps, runs and rolls up that one''s only; without, every '
'tenant''s, for which the caller must be a member of pbdb_worker. A step that cannot be run is put '
'aside or fails, and the others go on. Set statement_timeout before the call; it ends the call '
'with what was done before. Raises PB001.';

revoke execute on function pbdb.run_due_sql_steps(int) from public;
grant execute on function pbdb.run_due_sql_steps(int) to pbdb_worker, pbdb_app;
