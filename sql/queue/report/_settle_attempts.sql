-- drop: function pbdb._settle_attempts(uuid[], uuid[], text[], jsonb[], text, text[], int, int)
--
-- Everything that a runner reports goes through here: the token is compared under the lock of the
-- execution, which the caller has taken, the attempt ends, the execution advances, and all of it is
-- written set by set. Longer than a screen because a batch must keep, from one report to the next,
-- the execution that it holds in memory: parts that moved out would have to be given all of it.
create or replace function pbdb._settle_attempts(
    p_ids uuid[],
    p_tokens uuid[],
    p_outputs text[],
    p_errors jsonb[],
    p_worker text default null,
    p_handlers text[] default null,
    p_limit int default 0,
    p_lease_seconds int default null,
    out verdicts pbdb.verdict[],
    out claims pbdb.claimed_step[]
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_item record;
    v_attempt pbdb.playbook_step_results;
    v_run pbdb.run;
    v_next pbdb.run;
    v_runs pbdb.run[] := '{}';
    v_program jsonb;
    v_step jsonb;
    v_error jsonb;
    v_problem text;
    v_hash bigint;
    v_last_hash bigint;
    v_ended pbdb.ended_attempt;
    v_is_held boolean;
    v_is_doubtful boolean;
    v_has_cancels boolean := false;
    v_families uuid[] := '{}';
begin
    verdicts := '{}';
    claims := '{}';

    for v_item in
        select
            a.id, a.output, a.error, r.attempt, r.organization_id, r.execution_id, r.token,
            r.verdict_hash,
            q.step_index,
            a.token as given, q.token = a.token as is_held
        from unnest(p_ids, p_tokens, p_outputs, p_errors)
            with ordinality as a (id, token, output, error, n)
        left join lateral (
            select r as attempt, r.id, r.organization_id, r.execution_id, r.token, r.verdict_hash
            from pbdb.playbook_step_results as r
            where r.id = a.id
            offset 0
        ) as r on true
        left join lateral (
            select q.step_index, q.token
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = r.organization_id and q.execution_id = r.execution_id
                and q.result_id = r.id
                and q.state::text = 'LEASED'
            offset 0
        ) as q on true
        order by r.execution_id, a.id, a.n
    loop
        v_hash := hashtextextended(coalesce(v_item.error::text, v_item.output, 'null'), 0);
        v_is_held := coalesce(v_item.is_held, false);
        v_is_doubtful := v_item.execution_id = v_run.execution_id;
        if v_is_held and v_is_doubtful is not true then
            v_next := pbdb._load_run(v_item.execution_id);
            if v_program ->> 'playbook_id' is distinct from v_next.playbook_id::text then
                v_program := pbdb._program_of(
                    v_next.organization_id, v_next.playbook_id
                );
            end if;
            -- An earlier report of this call may have ended the step that called it.
            v_is_doubtful := v_next.depth > 0;
            if v_has_cancels and v_is_doubtful then
                claims := claims || pbdb._flush_runs(
                    v_runs || v_run, p_worker, p_handlers, p_limit - cardinality(claims),
                    p_lease_seconds
                );
                v_runs := '{}';
                v_run := null;
                v_has_cancels := false;
                v_next := pbdb._load_run(v_item.execution_id);
            end if;
        end if;
        if v_is_held and v_is_doubtful then
            -- Not so if it is this attempt again, or if an earlier report has closed it.
            v_is_held := v_item.id is distinct from v_attempt.id and exists (
                select from pbdb.playbook_ready_steps as q
                where
                    q.organization_id = v_item.organization_id
                    and q.execution_id = v_item.execution_id and q.result_id = v_item.id
                    and q.token = v_item.given
            );
        end if;
        if not v_is_held then
            verdicts := verdicts || pbdb._late_verdict(
                v_item.id, v_item.given = v_item.token,
                case when v_item.id = v_attempt.id then v_last_hash else v_item.verdict_hash end,
                v_hash
            );
            continue;
        end if;

        v_attempt := v_item.attempt;
        v_last_hash := v_hash;
        if v_run.execution_id is distinct from v_attempt.execution_id then
            if v_run.execution_id is not null then
                v_runs := v_runs || v_run;
            end if;
            v_run := v_next;
        end if;

        v_error := v_item.error;
        if v_error is null then
            v_problem := pbdb._output_problem(v_item.output);
            if v_problem is not null then
                v_error := jsonb_build_object(
                    'code', 'OUTPUT_INVALID', 'message',
                    format('the output is not JSON that PostgreSQL can store: %s', v_problem)
                );
            end if;
        end if;
        v_step := v_program -> 'steps' -> v_item.step_index;
        if v_error ? 'unknown_outcome' and v_step ->> 'on_lost' = 'wait' then
            v_run := pbdb._await_decision(
                v_run, v_attempt, v_error ->> 'code', v_error ->> 'message'
            );
            verdicts := verdicts
                || row(v_item.id, 'accepted', v_error ->> 'code', null)::pbdb.verdict;
            continue;
        end if;
        v_run := pbdb._end_attempt(
            v_run, v_step, v_attempt,
            case when v_error is null then coalesce(v_item.output, 'null')::jsonb end,
            v_error, v_hash
        );
        v_ended := v_run.ended[cardinality(v_run.ended)];
        if v_ended.result_id is null then
            -- In a branch whose steps read it, it has been written already.
            select r.status, r.error_code, r.error_message
            into v_ended.status, v_ended.error_code, v_ended.error_message
            from pbdb.playbook_step_results as r
            where r.id = v_item.id;
        end if;
        verdicts := verdicts || row(
            v_item.id,
            case
                when v_ended.status = 'COMPLETED' or v_item.error is not null then 'accepted'
                else 'failed'
            end,
            v_ended.error_code, v_ended.error_message
        )::pbdb.verdict;
        v_run := pbdb._advance(v_run, v_program);
        v_has_cancels := v_has_cancels or cardinality(v_run.cancels) > 0;
        if v_run.depth > 0 or (v_program ->> 'has_child')::boolean then
            v_families := v_families || coalesce(v_run.root_execution_id, v_run.execution_id);
        end if;
    end loop;

    if v_run.execution_id is not null then
        claims := claims || pbdb._flush_runs(
            v_runs || v_run, p_worker, p_handlers, p_limit - cardinality(claims), p_lease_seconds
        );
    end if;
    if v_families <> '{}' then
        perform pbdb._run_engine_steps(v_families, 100);
        claims := pbdb._still_held(claims);
    end if;
end;
$fn$;

comment on function pbdb._settle_attempts(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) is
'Ends attempts with outputs (JSON text) or errors and advances their executions; a verdict for '
'each, nothing raised for stale ones. Steps that became due and for whose handler keys the worker '
'stands are leased to it, up to p_limit.';

revoke execute on function pbdb._settle_attempts(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) from public;
