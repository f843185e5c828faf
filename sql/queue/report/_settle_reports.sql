-- drop: function pbdb._settle_reports(uuid[], uuid[], text[], jsonb[], text, text[], int, int)
--
-- A batch is settled in one subtransaction, so that what one of its reports raises does not undo
-- what else the call does; then each is settled by itself. The locks are taken inside, because a
-- row that is locked outside of a subtransaction and written inside needs a MultiXact.
create or replace function pbdb._settle_reports(
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
    v_has_locked boolean := false;
    v_state text;
    v_message text;
begin
    begin
        perform pbdb._lock_families_now(p_ids);
        v_has_locked := true;
        select s.verdicts, s.claims into verdicts, claims
        from pbdb._settle_attempts(
            p_ids, p_tokens, p_outputs, p_errors, p_worker, p_handlers, p_limit,
            p_lease_seconds
        ) as s;
        return;
    exception
        when others or query_canceled or assert_failure then
            v_state := sqlstate;
            v_message := sqlerrm;
    end;
    if v_state = '55P03' and not v_has_locked then
        select s.verdicts, s.claims into verdicts, claims
        from pbdb._settle_free_reports(
            p_ids, p_tokens, p_outputs, p_errors, p_worker, p_handlers, p_limit,
            p_lease_seconds
        ) as s;
    else
        claims := '{}';
        verdicts := pbdb._settle_reports_singly(
            p_ids, p_tokens, p_outputs, p_errors, v_state, v_message
        );
    end if;
end;
$fn$;

comment on function pbdb._settle_reports(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) is
'What _settle_attempts does, for the reports whose executions nobody holds (the others are busy) '
'and each for itself when one of them cannot be written (that one is refused).';

revoke execute on function pbdb._settle_reports(
    uuid[], uuid[], text[], jsonb[], text, text[], int, int
) from public;
