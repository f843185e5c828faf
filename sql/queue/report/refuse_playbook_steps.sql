-- drop: function pbdb.refuse_playbook_steps(text, uuid[], uuid[], jsonb[], uuid[])
--
-- Definer: runners have no right on any table; the token decides the tenant. The count is in the
-- queue, so it outlives every runner that added to it.
create or replace function pbdb.refuse_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
    p_reasons jsonb[],
    p_organization_ids uuid[] default null
)
returns setof pbdb.verdict
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_most constant int := 5;
    v_tokens uuid[];
    v_refusal record;
    v_verdict pbdb.verdict;
begin
    perform pbdb._check_claim(p_worker, 0, 1);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    perform pbdb._check_same_length(p_step_result_ids, p_reasons);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    -- One by one: refusals are rare, and a failed one may end the execution of the next.
    for v_refusal in
        select a.id, a.token, a.reason, pbdb._refusals(a.id, a.token) as known
        from unnest(p_step_result_ids, v_tokens, p_reasons) as a (id, token, reason)
        order by a.id
    loop
        if coalesce(v_refusal.known, 0) < v_most then
            select v.* into v_verdict
            from pbdb.release_playbook_steps(
                p_worker, array[v_refusal.id], array[v_refusal.token]
            ) as v;
            if v_verdict.outcome = 'released' then
                perform pbdb._count_refusal(v_refusal.id);
            end if;
            return next v_verdict;
        else
            return query
            select
                v.step_result_id,
                case v.outcome when 'accepted' then 'failed' else v.outcome end, v.code, v.message
            from pbdb._settle_reports(
                array[v_refusal.id], array[v_refusal.token], null,
                array[pbdb._clean_error(v_refusal.reason) || '{"permanent": true}']
            ) as s
            cross join lateral unnest(s.verdicts) as v;
        end if;
    end loop;
end;
$fn$;

comment on function pbdb.refuse_playbook_steps(text, uuid[], uuid[], jsonb[], uuid[]) is
'Gives leased steps back that this runner cannot execute, though another one may, with the reason '
'{code, message} of each. The attempt does not count. A step that has come back five times fails '
'for good with the reason of the sixth. Outcome released, failed, busy or stale (PB002). '
'p_organization_ids as in complete_playbook_steps. Raises PB017.';

revoke execute on function pbdb.refuse_playbook_steps(
    text, uuid[], uuid[], jsonb[], uuid[]
) from public;
grant execute on function pbdb.refuse_playbook_steps(
    text, uuid[], uuid[], jsonb[], uuid[]
) to pbdb_worker;
