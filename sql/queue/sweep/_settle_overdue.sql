-- drop: function pbdb._settle_overdue(int)
--
-- Bounded, SKIP LOCKED, state checked again under the lock. It never waits for an execution, so
-- several in one transaction cannot wait in a circle.
create or replace function pbdb._settle_overdue(p_limit int)
returns table (what text, count int)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_found record;
    v_counts jsonb := '{}';
    v_what text;
begin
    -- A loop, because each finding is one execution to lock, check again and advance.
    for v_found in select d.* from pbdb._overdue(p_limit) as d loop
        v_what := case v_found.kind
            when 'execution' then pbdb._sweep_execution(v_found.id)
            when 'event' then pbdb._sweep_event(v_found.organization_id, v_found.id)
            else pbdb._sweep_step(v_found.id)
        end;
        if v_what is not null then
            v_counts := v_counts || jsonb_build_object(
                v_what, coalesce((v_counts ->> v_what)::int, 0) + 1
            );
        end if;
    end loop;
    return query select c.key, c.value::int from jsonb_each_text(v_counts) as c order by c.key;
end;
$fn$;

comment on function pbdb._settle_overdue(int) is
'Settles what is overdue, at most p_limit findings, with a count for each kind; what sweep does '
'apart from rolling up.';

revoke execute on function pbdb._settle_overdue(int) from public;
