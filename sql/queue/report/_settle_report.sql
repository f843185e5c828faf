-- drop: function pbdb._settle_report(uuid, uuid, text, jsonb)
create or replace function pbdb._settle_report(
    p_id uuid, p_token uuid, p_output text, p_error jsonb
)
returns pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_verdict pbdb.verdict;
begin
    begin
        if cardinality(pbdb._lock_free_families(array[p_id], 0)) > 0 then
            return (pbdb._busy_verdicts(array[p_id]))[1];
        end if;
        select v.* into v_verdict
        from pbdb._settle_attempts(
            array[p_id], array[p_token], array[p_output], array[p_error]
        ) as s
        cross join lateral unnest(s.verdicts) as v;
        return v_verdict;
    exception
        when others or query_canceled or assert_failure then
            if sqlstate = '57014' then
                -- It was not alone; next time it is.
                return row(p_id, 'busy', sqlstate, sqlerrm)::pbdb.verdict;
            end if;
            return pbdb._refuse_report(p_id, p_token, sqlstate, sqlerrm, false);
    end;
end;
$fn$;

comment on function pbdb._settle_report(uuid, uuid, text, jsonb) is
'Settles one report of a batch in a subtransaction of its own.';

revoke execute on function pbdb._settle_report(uuid, uuid, text, jsonb) from public;
