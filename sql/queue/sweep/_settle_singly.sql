-- drop: function pbdb._settle_singly(int, boolean, uuid)
create or replace function pbdb._settle_singly(
    p_limit int, p_again boolean, p_organization_id uuid
)
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_found record;
    v_what text;
    v_done text[] := '{}';
begin
    -- A loop, because each finding is one execution to lock, check again and advance.
    for v_found in
        select a.kind, a.organization_id, a.id
        from pbdb._overdue_again(p_limit, p_organization_id) as a
        where p_again
        union all
        select d.kind, d.organization_id, d.id
        from pbdb._overdue(p_limit, p_organization_id) as d
        where not p_again
    loop
        v_what := case
            when p_again
                then pbdb._settle_again(v_found.kind, v_found.organization_id, v_found.id)
            else pbdb._settle_alone(v_found.kind, v_found.organization_id, v_found.id)
        end;
        v_done := v_done || coalesce(v_what, 'nothing');
        exit when v_what = 'out of time';
    end loop;
    return v_done;
end;
$fn$;

comment on function pbdb._settle_singly(int, boolean, uuid) is
'Settles up to p_limit findings, each in a subtransaction of its own: those that were put aside '
'before, or all others. Ends with out of time when the statement''s time is used up.';

revoke execute on function pbdb._settle_singly(int, boolean, uuid) from public;
