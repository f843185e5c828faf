-- drop: function pbdb._pretend(uuid, pbdb.ready_state, jsonb)
create or replace function pbdb._pretend(
    p_result_id uuid, p_state pbdb.ready_state, p_output jsonb
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_token uuid;
begin
    if p_state = 'WAITING' then
        perform pbdb._deliver(p_result_id, p_output, false);
        return;
    end if;
    v_token := pbdb._lease_one(p_result_id, 'what_if');
    perform pbdb._lock_families(array[p_result_id]);
    perform pbdb._settle_attempts(
        array[p_result_id], array[v_token], array[p_output::text], null
    );
end;
$fn$;

comment on function pbdb._pretend(uuid, pbdb.ready_state, jsonb) is
'Gives a queued or waiting step an output as if its runner, or the person or event it waits for, '
'had.';

revoke execute on function pbdb._pretend(uuid, pbdb.ready_state, jsonb) from public;
