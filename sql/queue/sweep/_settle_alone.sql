-- drop: function pbdb._settle_alone(text, uuid, uuid)
create or replace function pbdb._settle_alone(
    p_kind text, p_organization_id uuid, p_id uuid
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_began_at timestamptz := clock_timestamp();
begin
    return pbdb._settle_finding(p_kind, p_organization_id, p_id);
exception
    when others or query_canceled or assert_failure then
        return pbdb._turn_failed(
            p_kind, p_organization_id, p_id, v_began_at, sqlstate, sqlerrm
        );
end;
$fn$;

comment on function pbdb._settle_alone(text, uuid, uuid) is
'Settles one finding of _overdue in a subtransaction of its own; what it cannot is put aside.';

revoke execute on function pbdb._settle_alone(text, uuid, uuid) from public;
