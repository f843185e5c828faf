-- drop: function pbdb._settle_overdue(int, uuid)
--
-- Bounded, SKIP LOCKED, state checked again under the lock. It never waits for an execution, so
-- several in one transaction cannot wait in a circle. All findings are settled in one
-- subtransaction; when one of them fails, each in its own, at most forty: more than 64 of a
-- transaction slow every other session down. What failed before has its turns apart from the rest.
create or replace function pbdb._settle_overdue(
    p_limit int, p_organization_id uuid default null
)
returns table (what text, count int)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_kind text;
    v_organization_id uuid;
    v_id uuid;
    v_began_at timestamptz;
    v_done text[] := pbdb._settle_singly(5, true, p_organization_id);
    v_whole text[] := '{}';
    v_is_whole boolean := false;
begin
    if not 'out of time' = any(v_done) then
        begin
            -- A loop, because each finding is one execution to lock, check again and advance.
            for v_kind, v_organization_id, v_id in
                select d.kind, d.organization_id, d.id
                from pbdb._overdue(p_limit, p_organization_id) as d
            loop
                v_began_at := clock_timestamp();
                v_whole := v_whole || coalesce(
                    pbdb._settle_finding(v_kind, v_organization_id, v_id), 'nothing'
                );
            end loop;
            v_done := v_done || v_whole;
            v_is_whole := true;
        exception
            when others or query_canceled or assert_failure then
                if sqlstate = '57014' then
                    v_done := v_done || pbdb._turn_failed(
                        v_kind, v_organization_id, v_id, v_began_at, sqlstate, sqlerrm
                    );
                end if;
        end;
        if not v_is_whole and not 'out of time' = any(v_done) then
            v_done := v_done || pbdb._settle_singly(
                least(p_limit, 40), false, p_organization_id
            );
        end if;
    end if;
    return query
    select d.what, count(*)::int
    from unnest(v_done) as d (what)
    where d.what not in ('nothing', 'out of time')
    group by d.what
    order by d.what;
end;
$fn$;

comment on function pbdb._settle_overdue(int, uuid) is
'Settles what is overdue, at most p_limit findings, with a count for each kind; what sweep does '
'apart from rolling up. What cannot be settled is put aside.';

revoke execute on function pbdb._settle_overdue(int, uuid) from public;
