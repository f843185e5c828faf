-- drop: function pbdb._record_usages(uuid[], jsonb[], pbdb.verdict[])
--
-- The completions are written: a ledger that cannot be written must not undo them.
create or replace function pbdb._record_usages(
    p_ids uuid[], p_usages jsonb[], p_verdicts pbdb.verdict[]
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._record_usage(p_ids, p_usages, p_verdicts);
exception
    when others or query_canceled or assert_failure then
        if cardinality(p_ids) = 1 or sqlstate = '57014' then
            raise warning 'the usage of % is lost: SQLSTATE %', p_ids, sqlstate;
            return;
        end if;
        for i in 1 .. least(cardinality(p_ids), 40) loop
            perform pbdb._record_usages(p_ids[i:i], p_usages[i:i], p_verdicts);
        end loop;
end;
$fn$;

comment on function pbdb._record_usages(uuid[], jsonb[], pbdb.verdict[]) is
'Writes the usage ledger for the reports that were accepted; one that cannot be written is lost, '
'with a warning.';

revoke execute on function pbdb._record_usages(uuid[], jsonb[], pbdb.verdict[]) from public;
