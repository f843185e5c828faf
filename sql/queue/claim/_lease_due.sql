-- drop: function pbdb._lease_due(text, text[], int, int)
--
-- In one subtransaction: a step that cannot be leased keeps nobody from the others.
create or replace function pbdb._lease_due(
    p_worker text, p_handlers text[], p_limit int, p_lease_seconds int
)
returns pbdb.claimed_step[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_handler text;
    v_claims pbdb.claimed_step[] := '{}';
    -- By the keys, because a runner claims for each of its limits apart.
    v_setting text := 'pbdb.claim_place_' || to_hex(hashtext(p_handlers::text));
    v_place text := current_setting(v_setting, true);
begin
    -- When the last such claim of this session got all that it asked for, more may be due than it
    -- gets: then tenants have turns. Looking for them costs a tenth of a claim.
    if pg_input_is_valid(v_place, 'uuid') then
        v_claims := pbdb._lease_in_turns(
            p_worker, array(select h from pbdb._handlers_with_work(p_handlers) as h), p_limit,
            p_lease_seconds, v_place::uuid
        );
        v_place := coalesce(pbdb._last_in_turn(v_claims, v_place::uuid)::text, v_place);
    end if;
    -- A loop over handlers, oldest work first, because a LIMIT over several index ranges would lock
    -- more than it takes. Handlers without work are left out by a read, so an idle claim writes
    -- nothing.
    for v_handler in
        select h from pbdb._handlers_with_work(p_handlers) as h
        where cardinality(v_claims) < p_limit
    loop
        v_claims := v_claims || array(
            select s
            from pbdb._lease_steps(
                p_worker, v_handler, p_limit - cardinality(v_claims), p_lease_seconds
            ) as s
        );
        exit when cardinality(v_claims) >= p_limit;
    end loop;
    if cardinality(v_claims) = p_limit then
        perform set_config(
            v_setting,
            coalesce(nullif(v_place, ''), (v_claims[p_limit]).organization_id::text), false
        );
    elsif v_place <> '' then
        perform set_config(v_setting, '', false);
    end if;
    return v_claims;
exception
    when others or assert_failure then
        return pbdb._lease_singly(p_worker, p_handlers, p_limit, p_lease_seconds);
end;
$fn$;

comment on function pbdb._lease_due(text, text[], int, int) is
'Leases up to p_limit due steps for the handler keys: oldest first, or in turns of tenants and '
'handlers while more is due than is asked for; each by itself when one of them cannot be leased.';

revoke execute on function pbdb._lease_due(text, text[], int, int) from public;
