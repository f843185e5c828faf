-- drop: function pbdb.complete_and_claim_playbook_steps(text, uuid[], uuid[], text[], jsonb[], text[], int, int, uuid, uuid[], boolean)
--
-- Definer: runners have no right on any table; the token decides the tenant. One transaction and
-- one round trip where a runner would need two: what a completion makes ready may come back in the
-- same answer.
-- Longer than a screen because its result names every column that a claim has.
create or replace function pbdb.complete_and_claim_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
    p_outputs text[],
    p_usages jsonb[],
    p_handlers text[],
    p_limit int,
    p_lease_seconds int,
    p_root_execution_id uuid default null,
    p_organization_ids uuid[] default null,
    p_only_next boolean default false
)
returns table (
    outcome text,
    code text,
    message text,
    step_result_id uuid,
    token uuid,
    organization_id uuid,
    execution_id uuid,
    step_id uuid,
    step_name text,
    step_type pbdb.playbook_step_type,
    handler text,
    attempt_number int,
    visit int,
    max_attempts int,
    config jsonb,
    input jsonb,
    output_schema jsonb,
    timeout_seconds int,
    deadline_at timestamptz,
    lease_expires_at timestamptz,
    idempotency_key text,
    playbook_name text,
    execution_name text,
    agent jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_tokens uuid[];
    v_settled record;
begin
    perform pbdb._check_claim(p_worker, p_limit, p_lease_seconds);
    perform pbdb._check_count('handlers', cardinality(p_handlers), 1000);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    perform pbdb._check_same_length(p_step_result_ids, p_outputs);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    perform pbdb._check_same_length(p_step_result_ids, p_usages) where cardinality(p_usages) > 0;
    select s.verdicts, s.claims into v_settled
    from pbdb._settle_reports(
        p_step_result_ids, v_tokens, p_outputs, null, p_worker, p_handlers, p_limit,
        p_lease_seconds
    ) as s;
    if array_remove(p_usages, null) <> '{}' then
        perform pbdb._record_usages(p_step_result_ids, p_usages, v_settled.verdicts);
    end if;

    return query
    select
        v.outcome, v.code, v.message, v.step_result_id, null::uuid, null::uuid, null::uuid,
        null::uuid, null::text, null::pbdb.playbook_step_type, null::text, null::int, null::int,
        null::int, null::jsonb, null::jsonb, null::jsonb, null::int, null::timestamptz,
        null::timestamptz, null::text, null::text, null::text, null::jsonb
    from unnest(v_settled.verdicts) as v;
    return query
    select null::text, null::text, null::text, c.* from unnest(v_settled.claims) as c;
    -- statement_timeout fires once: behind it a claim would be without limit.
    if p_limit > cardinality(v_settled.claims)
        and (not coalesce(p_only_next, false) or pbdb._has_made_ready())
        and not exists (select from unnest(v_settled.verdicts) as v where v.code = '57014') then
        return query
        select null::text, null::text, null::text, c.*
        from pbdb.claim_playbook_steps(
            p_worker, p_handlers, p_limit - cardinality(v_settled.claims), p_lease_seconds,
            p_root_execution_id
        ) as c;
    end if;
end;
$fn$;

comment on function pbdb.complete_and_claim_playbook_steps(
    text, uuid[], uuid[], text[], jsonb[], text[], int, int, uuid, uuid[], boolean
) is
'complete_playbook_steps and claim_playbook_steps in one: a row with an outcome for each report, '
'then a row without one for each step claimed. What the reports lead to is claimed first, in the '
'same executions. With p_only_next nothing else is looked for, unless the reports made more ready '
'than that: for a runner that nobody has told of other work and that is told of it when it comes.';

revoke execute on function pbdb.complete_and_claim_playbook_steps(
    text, uuid[], uuid[], text[], jsonb[], text[], int, int, uuid, uuid[], boolean
) from public;
grant execute on function pbdb.complete_and_claim_playbook_steps(
    text, uuid[], uuid[], text[], jsonb[], text[], int, int, uuid, uuid[], boolean
) to pbdb_worker;
