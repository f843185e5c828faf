-- drop: function pbdb._count_visit(pbdb.run, jsonb, uuid)
create or replace function pbdb._count_visit(p_run pbdb.run, p_step jsonb, p_scope_id uuid)
returns pbdb.run
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_key text := pbdb._visit_key(p_scope_id, (p_step ->> 'i')::int);
    v_visits int := p_run.visits ->> v_key;
begin
    if v_visits is null then
        select max(r.visit) into v_visits
        from pbdb.playbook_step_results as r
        where
            r.organization_id = p_run.organization_id and r.execution_id = p_run.execution_id
            and r.step_id = (p_step ->> 'id')::uuid
            and r.scope_id is not distinct from p_scope_id;
    end if;
    p_run.visits := p_run.visits || jsonb_build_object(v_key, coalesce(v_visits, 0) + 1);
    return p_run;
end;
$fn$;

comment on function pbdb._count_visit(pbdb.run, jsonb, uuid) is
'Counts one more visit of a step in its scope, after those stored.';

revoke execute on function pbdb._count_visit(pbdb.run, jsonb, uuid) from public;
