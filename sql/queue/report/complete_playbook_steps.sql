-- drop: function pbdb.complete_playbook_steps(text, uuid[], uuid[], text[], jsonb[], uuid[])
--
-- Definer: runners have no right on any table; the token decides the tenant.
create or replace function pbdb.complete_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
    p_outputs text[],
    p_usages jsonb[] default null,
    p_organization_ids uuid[] default null
)
returns setof pbdb.verdict
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
    v_verdicts pbdb.verdict[];
begin
    perform pbdb._check_claim(p_worker, 0, 1);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    perform pbdb._check_same_length(p_step_result_ids, p_outputs);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    perform pbdb._check_same_length(p_step_result_ids, p_usages) where cardinality(p_usages) > 0;
    select s.verdicts into v_verdicts
    from pbdb._settle_reports(p_step_result_ids, v_tokens, p_outputs, null) as s;
    if array_remove(p_usages, null) <> '{}' then
        perform pbdb._record_usages(p_step_result_ids, p_usages, v_verdicts);
    end if;
    return query select * from unnest(v_verdicts);
end;
$fn$;

comment on function pbdb.complete_playbook_steps(text, uuid[], uuid[], text[], jsonb[], uuid[]) is
'Reports outputs (JSON text) of leased steps and advances their executions in the same '
'transaction. Outcome accepted, repeated (the same report again), failed (the output is invalid or '
'too large, or what follows cannot be written: a failed attempt), stale (PB002), conflict (PB003), '
'busy (another transaction holds the execution) or refused (it could not be written; the code is '
'the SQLSTATE): after these two nothing was changed, and the report may come again in a moment. A '
'report that is refused five times fails its step. A usage is {model, input_tokens, output_tokens, '
'cost_usd, latency_ms}. p_organization_ids are those of the claim, for routing: an attempt of '
'another organization than named is stale. Raises PB017.';

revoke execute on function pbdb.complete_playbook_steps(
    text, uuid[], uuid[], text[], jsonb[], uuid[]
) from public;
grant execute on function pbdb.complete_playbook_steps(
    text, uuid[], uuid[], text[], jsonb[], uuid[]
) to pbdb_worker;
