-- drop: function pbdb._release_singly(uuid[], uuid[])
--
-- What cannot be given back comes back when its lease ends; what is left over at the end may come
-- again.
create or replace function pbdb._release_singly(p_step_result_ids uuid[], p_tokens uuid[])
returns setof pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    -- A loop, because each attempt has a subtransaction of its own; more than 64 of a transaction
    -- slow every other session down.
    for i in 1 .. least(cardinality(p_step_result_ids), 40) loop
        begin
            if pbdb._lock_free_families(p_step_result_ids[i:i], 0) = '{}' then
                return query
                select * from pbdb._release_attempts(p_step_result_ids[i:i], p_tokens[i:i]);
            else
                return query select * from unnest(pbdb._busy_verdicts(p_step_result_ids[i:i]));
            end if;
        exception
            when others or assert_failure then
                return next row(p_step_result_ids[i], 'refused', sqlstate, sqlerrm)::pbdb.verdict;
        end;
    end loop;
    return query select * from unnest(pbdb._busy_verdicts(p_step_result_ids[41:]));
end;
$fn$;

comment on function pbdb._release_singly(uuid[], uuid[]) is
'Gives attempts back of which one could not be, each in a subtransaction of its own.';

revoke execute on function pbdb._release_singly(uuid[], uuid[]) from public;
