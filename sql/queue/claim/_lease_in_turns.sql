-- drop: function pbdb._lease_in_turns(text, text[], int, int, uuid)
--
-- A tenant gets its share of the rows, a handler its share of the tenant's; what these leave is
-- for the caller to fill.
create or replace function pbdb._lease_in_turns(
    p_worker text, p_handlers text[], p_limit int, p_lease_seconds int, p_place uuid
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_handlers text[];
    v_organizations uuid[];
    v_shares int[];
begin
    with turn as (
        select
            t.handler, t.organization_id,
            -- Tenants from the place on; within one, handlers by chance, since one row has one.
            dense_rank() over (
                order by t.organization_id <= p_place, t.organization_id
            ) as tenant_number,
            row_number() over (
                partition by t.organization_id order by random()
            ) as handler_number,
            count(*) over (partition by t.organization_id) as handler_count
        from pbdb._turns(p_handlers, p_place) as t
    ),
    share as (
        select t.*, greatest(1, ceil(p_limit::numeric / max(t.tenant_number) over ())) as rows
        from turn as t
    )
    select
        array_agg(s.handler order by s.handler_number, s.tenant_number),
        array_agg(s.organization_id order by s.handler_number, s.tenant_number),
        array_agg(
            greatest(1, ceil(s.rows / s.handler_count))::int
            order by s.handler_number, s.tenant_number
        )
    into v_handlers, v_organizations, v_shares
    from share as s;

    return array(
        select s
        from pbdb._lease_shares(
            p_worker, v_handlers, v_organizations, v_shares, p_limit, p_lease_seconds
        ) as s
    );
end;
$fn$;

comment on function pbdb._lease_in_turns(text, text[], int, int, uuid) is
'Leases up to p_limit due steps for the handler keys, an equal share of them to each tenant that '
'has any, beginning with the first tenant after a place.';

revoke execute on function pbdb._lease_in_turns(text, text[], int, int, uuid) from public;
