-- drop: function pbdb.fail_playbook_steps(text, uuid[], uuid[], jsonb[], uuid[])
--
-- Definer: runners have no right on any table; the token decides the tenant.
create or replace function pbdb.fail_playbook_steps(
    p_worker text,
    p_step_result_ids uuid[],
    p_tokens uuid[],
    p_errors jsonb[],
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
    v_usages jsonb[];
begin
    perform pbdb._check_claim(p_worker, 0, 1);
    perform pbdb._check_same_length(p_step_result_ids, p_tokens);
    perform pbdb._check_same_length(p_step_result_ids, p_errors);
    v_tokens := pbdb._routed_tokens(p_step_result_ids, p_tokens, p_organization_ids);
    select s.verdicts into v_verdicts
    from pbdb._settle_reports(
        p_step_result_ids, v_tokens, null,
        array(
            select pbdb._clean_error(u.e)
            from unnest(p_errors) with ordinality as u (e, n)
            order by u.n
        )
    ) as s;
    v_usages := array(
        select case when jsonb_typeof(u.e -> 'usage') = 'object' then u.e -> 'usage' end
        from unnest(p_errors) with ordinality as u (e, n)
        order by u.n
    );
    if array_remove(v_usages, null) <> '{}' then
        perform pbdb._record_usages(p_step_result_ids, v_usages, v_verdicts);
    end if;
    return query select * from unnest(v_verdicts);
end;
$fn$;

comment on function pbdb.fail_playbook_steps(text, uuid[], uuid[], jsonb[], uuid[]) is
'Reports that leased steps failed: {code, message, stack, details, permanent, '
'retry_after_seconds, usage}: details are kept to 16 KiB, usage (as in complete_playbook_steps) is '
'what the attempt spent all the same. Each is retried with backoff while attempts are left and the '
'error is not permanent, else takes its failure path. Outcomes and p_organization_ids as in '
'complete_playbook_steps. Raises PB017.';

revoke execute on function pbdb.fail_playbook_steps(
    text, uuid[], uuid[], jsonb[], uuid[]
) from public;
grant execute on function pbdb.fail_playbook_steps(
    text, uuid[], uuid[], jsonb[], uuid[]
) to pbdb_worker;
