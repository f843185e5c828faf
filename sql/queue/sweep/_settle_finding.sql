-- drop: function pbdb._settle_finding(text, uuid, uuid)
create or replace function pbdb._settle_finding(
    p_kind text, p_organization_id uuid, p_id uuid
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return case p_kind
        when 'execution' then pbdb._sweep_execution(p_id)
        when 'event' then pbdb._sweep_event(p_organization_id, p_id)
        else pbdb._sweep_step(p_id)
    end;
end;
$fn$;

comment on function pbdb._settle_finding(text, uuid, uuid) is
'Settles one finding of _overdue and says what was done; null when there is nothing to do (any '
'more).';

revoke execute on function pbdb._settle_finding(text, uuid, uuid) from public;
