-- drop: function pbdb.claim_playbook_steps(text, text[], int, int, uuid)
--
-- Definer: runners serve every tenant and have no right on any table.
create or replace function pbdb.claim_playbook_steps(
    p_worker text,
    p_handlers text[],
    p_limit int default 1,
    p_lease_seconds int default 60,
    p_root_execution_id uuid default null
)
returns setof pbdb.claimed_step
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_began float := extract(epoch from clock_timestamp());
    v_again_at float := case
        when pg_input_is_valid(current_setting('pbdb.look_again_at', true), 'float8')
            then current_setting('pbdb.look_again_at', true)
    end;
    v_seconds float;
begin
    perform pbdb._check_claim(p_worker, p_limit, p_lease_seconds);
    perform pbdb._check_count('handlers', cardinality(p_handlers), 1000);
    -- While somebody holds a snapshot, ended leases pile up where this looks. From the second slow
    -- look on (the first may have made its plans) it takes a twentieth of the time at most: the
    -- session notes when it may look again, at most two seconds ahead.
    if v_again_at is null or v_again_at not between v_began and v_began + 2 then
        if pbdb._something_is_overdue() then
            perform pbdb._settle_overdue(5);
        else
            v_seconds := extract(epoch from clock_timestamp()) - v_began;
            if v_seconds > 0.002 then
                v_again_at := v_began + case
                    when v_again_at is null then 0 else 20 * least(v_seconds, 0.1)
                end;
                perform set_config('pbdb.look_again_at', v_again_at::text, false);
            elsif v_again_at is not null then
                perform set_config('pbdb.look_again_at', '', false);
            end if;
        end if;
    end if;

    if p_root_execution_id is not null then
        return query
        select c.*
        from pbdb._lease_family(
            p_worker, p_handlers, p_limit, p_lease_seconds, p_root_execution_id
        ) as c;
        return;
    end if;
    return query
    select c.*
    from unnest(pbdb._lease_due(p_worker, p_handlers, p_limit, p_lease_seconds)) as c;
end;
$fn$;

comment on function pbdb.claim_playbook_steps(text, text[], int, int, uuid) is
'Leases up to p_limit due steps for whose handler keys the caller stands, oldest first; while '
'more is due than a session asks for, tenants and handlers have turns. With p_root_execution_id '
'those of that execution and of all that were called from it only. None when nothing is due. Never '
'waits for rows that others hold. The attempt counts from now. Commit before starting the work. '
'Raises PB017.';

revoke execute on function pbdb.claim_playbook_steps(text, text[], int, int, uuid) from public;
grant execute on function pbdb.claim_playbook_steps(text, text[], int, int, uuid) to pbdb_worker;
