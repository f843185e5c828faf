-- drop: function pbdb._run_some_sql_steps(int, uuid, uuid[], boolean)
--
-- Up to twenty steps, or those of a fifth of a second, in one subtransaction. When one fails all
-- are undone: the caller asks again for one at a time, and the one that fails then is put aside.
-- What took so long that the statement was cancelled is put aside at once; unless the time was used
-- up by steps before: then it is the first of the next call. Longer than a screen because one block
-- must hold what is undone together.
create or replace function pbdb._run_some_sql_steps(
    p_limit int, p_organization_id uuid, p_passed uuid[], p_is_first boolean,
    out done int, out failed uuid, out what text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_due record;
    v_verdict pbdb.verdict;
    v_began_at timestamptz := clock_timestamp();
    v_step_began_at timestamptz;
    v_code text;
begin
    done := 0;
    begin
        -- A loop, because the execution is locked before its step, as everywhere, and one that
        -- somebody holds is left to the next call.
        for v_due in
            select q.execution_id, q.result_id, q.timeout_seconds
            from pbdb.playbook_ready_steps as q
            where
                q.handler = any(pbdb._sql_types()) and q.state = 'READY'
                and q.due_at <= (select clock_timestamp())
                and (p_organization_id is null or q.organization_id = p_organization_id)
                and q.result_id <> all(p_passed)
                and not exists (
                    select from pbdb.playbook_setbacks as s
                    where
                        s.organization_id = q.organization_id and s.subject_id = q.result_id
                        and s.not_before > (select clock_timestamp())
                )
            order by q.due_at
        loop
            continue when not pbdb._try_lock(v_due.execution_id);
            v_step_began_at := clock_timestamp();
            v_verdict := pbdb._perform_sql_step(v_due.result_id, 'run_due_sql_steps', null);
            -- Not "is not null": that asks whether every field of it is.
            done := done + (v_verdict.outcome is not null)::int;
            if v_verdict.code = 'TIMEOUT' and pbdb._time_is_up(v_began_at, 0) then
                -- statement_timeout fires once: behind it a step would be without limit.
                what := 'out of time';
            end if;
            exit when what is not null or done >= least(p_limit, 20)
                or clock_timestamp() > v_began_at + interval '200 milliseconds';
        end loop;
        what := coalesce(what, case when done = 0 then 'nothing left' else 'more' end);
        return;
    exception
        when others or query_canceled or assert_failure then
            if v_step_began_at is null then
                raise;
            end if;
            failed := v_due.result_id;
            if sqlstate = '57014' and p_is_first or sqlstate <> '57014' and p_limit = 1 then
                v_code := pbdb._fail_turn(
                    v_due.execution_id, v_due.result_id, 'sql step', sqlstate, sqlerrm,
                    sqlstate = '57014'
                    and pbdb._time_is_up(v_step_began_at, v_due.timeout_seconds)
                );
                done := (v_code is not null)::int;
            else
                done := 0;
            end if;
            what := case
                when sqlstate = '57014' then 'out of time'
                when p_limit = 1 then 'failed'
                else 'again'
            end;
    end;
end;
$fn$;

comment on function pbdb._run_some_sql_steps(int, uuid, uuid[], boolean) is
'Runs some due SQL steps in one subtransaction: how many are over, and more, nothing left, again '
'(singly, because one failed), failed or out of time.';

revoke execute on function pbdb._run_some_sql_steps(int, uuid, uuid[], boolean) from public;
