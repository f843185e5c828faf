-- drop: function pbdb.release_playbook_steps(text, uuid[], uuid[], uuid[])
--
-- Definer: runners have no right on any table; the token decides the tenant.
create or replace function pbdb.release_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
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
    v_busy uuid[];
begin
    perform pbdb._check_claim(p_worker, 0, 1);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    begin
        v_busy := pbdb._lock_free_families(p_step_result_ids, 0.1);
        return query
        select v.*
        from (
            select array_agg(a.id) as ids, array_agg(a.token) as tokens
            from unnest(p_step_result_ids, v_tokens) as a (id, token)
            where a.id <> all(v_busy)
        ) as f
        cross join lateral pbdb._release_attempts(f.ids, f.tokens) as v
        union all
        select b.* from unnest(pbdb._busy_verdicts(v_busy)) as b
        order by 1;
    exception
        when others or assert_failure then
            return query
            select * from pbdb._release_singly(p_step_result_ids, v_tokens);
    end;
    perform pbdb._wake_runners();
end;
$fn$;

comment on function pbdb.release_playbook_steps(text, uuid[], uuid[], uuid[]) is
'Gives leased steps back unstarted: the attempt does not count and another runner may take it at '
'once. Outcome released, stale (PB002), busy (somebody holds its execution: come again) or refused '
'(it comes back when its lease ends). p_organization_ids as in complete_playbook_steps. Raises '
'PB017.';

revoke execute on function pbdb.release_playbook_steps(text, uuid[], uuid[], uuid[]) from public;
grant execute on function pbdb.release_playbook_steps(text, uuid[], uuid[], uuid[]) to pbdb_worker;
