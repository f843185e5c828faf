-- drop: function pbdb._settle_free_reports(uuid[], uuid[], text[], jsonb[], text, text[], int, int)
create or replace function pbdb._settle_free_reports(
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
as $fn$
declare
    v_busy uuid[];
    v_state text;
    v_message text;
begin
    begin
        v_busy := pbdb._lock_free_families(p_ids, 0.1);
        select s.verdicts, s.claims into verdicts, claims
        from (
            select
                array_agg(a.id) as ids, array_agg(a.token) as tokens,
                array_agg(a.output) as outputs, array_agg(a.error) as errors
            from unnest(p_ids, p_tokens, p_outputs, p_errors) as a (id, token, output, error)
            where a.id <> all(v_busy)
        ) as f
        cross join lateral pbdb._settle_attempts(
            f.ids, f.tokens, f.outputs, f.errors, p_worker, p_handlers, p_limit,
            p_lease_seconds
        ) as s;
        verdicts := verdicts || pbdb._busy_verdicts(v_busy);
        return;
    exception
        when others or query_canceled or assert_failure then
            v_state := sqlstate;
            v_message := sqlerrm;
    end;
    claims := '{}';
    verdicts := pbdb._settle_reports_singly(
        p_ids, p_tokens, p_outputs, p_errors, v_state, v_message
    );
end;
$fn$;

comment on function pbdb._settle_free_reports(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) is
'Settles the reports of a call whose executions nobody holds; the others are busy.';

revoke execute on function pbdb._settle_free_reports(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) from public;
