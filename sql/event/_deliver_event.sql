-- drop: function pbdb._deliver_event(uuid[], jsonb, uuid)
--
-- To all waits in one subtransaction; when one refuses it, to each in its own, at most forty. What
-- is not a wait's own fault is the emitter's to repeat: it may be a deadlock or a cancel.
create or replace function pbdb._deliver_event(p_waits uuid[], p_payload jsonb, p_event_id uuid)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_result_id uuid;
    v_woken int := 0;
begin
    if p_waits = '{}' then
        return 0;
    end if;
    -- All of them are locked first and in one order, as a batch of completions does.
    perform pbdb._lock_families(p_waits);
    begin
        foreach v_result_id in array p_waits loop
            v_woken := v_woken
                + pbdb._deliver(v_result_id, p_payload, false, p_event_id)::int;
        end loop;
        return v_woken;
    exception
        when others or assert_failure then
            if pbdb._aborts_the_turn(sqlstate) and left(sqlstate, 2) <> 'XX'
                or cardinality(p_waits) > 40 then
                raise;
            end if;
            v_woken := 0;
    end;
    foreach v_result_id in array p_waits loop
        begin
            v_woken := v_woken
                + pbdb._deliver(v_result_id, p_payload, false, p_event_id)::int;
        exception
            when others or assert_failure then
                if pbdb._aborts_the_turn(sqlstate) and left(sqlstate, 2) <> 'XX' then
                    raise;
                end if;
                perform pbdb._fail_turn(
                    (
                        select r.execution_id
                        from pbdb.playbook_step_results as r
                        where r.id = v_result_id
                    ),
                    v_result_id, 'event', sqlstate, sqlerrm, false
                );
        end;
    end loop;
    return v_woken;
end;
$fn$;

comment on function pbdb._deliver_event(uuid[], jsonb, uuid) is
'Ends waits with an event''s payload and gives how many; one that cannot take it fails, or goes on '
'waiting when the error is not its own.';

revoke execute on function pbdb._deliver_event(uuid[], jsonb, uuid) from public;
