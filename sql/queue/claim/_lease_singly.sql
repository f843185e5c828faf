-- drop: function pbdb._lease_singly(text, text[], int, int)
--
-- A loop, because each step is leased in a subtransaction of its own: 44 at most, those included
-- that put a step aside.
create or replace function pbdb._lease_singly(
    p_worker text, p_handlers text[], p_limit int, p_lease_seconds int
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_handlers text[] := array(select h from pbdb._handlers_with_work(p_handlers) as h);
    v_claims pbdb.claimed_step[] := '{}';
    v_passed uuid[] := '{}';
    v_used int := 0;
    v_due record;
begin
    while v_used < 40 and cardinality(v_claims) < p_limit loop
        select q.execution_id, q.result_id, q.handler into v_due
        from pbdb.playbook_ready_steps as q
        where
            q.handler = any(v_handlers) and q.state = 'READY'
            and q.due_at <= (select clock_timestamp()) and q.result_id <> all(v_passed)
        order by q.due_at
        limit 1
        for update skip locked;
        exit when not found;
        v_passed := v_passed || v_due.result_id;
        begin
            v_claims := v_claims || array(
                select s
                from pbdb._lease_step(
                    v_due.result_id, p_worker, v_due.handler, p_lease_seconds
                ) as s
            );
            v_used := v_used + 1;
        exception
            when others or assert_failure then
                perform pbdb._fail_turn(
                    v_due.execution_id, v_due.result_id, 'claim', sqlstate, sqlerrm, false
                );
                v_used := v_used + 5;
        end;
    end loop;
    return v_claims;
end;
$fn$;

comment on function pbdb._lease_singly(text, text[], int, int) is
'Leases due steps of which one cannot be leased, each by itself; that one is put aside, or fails '
'when the error is its own.';

revoke execute on function pbdb._lease_singly(text, text[], int, int) from public;
