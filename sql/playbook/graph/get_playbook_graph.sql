-- drop: function pbdb.get_playbook_graph(uuid)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Volatile, so that it sees what import_playbook wrote in the same statement.
create or replace function pbdb.get_playbook_graph(p_playbook_id uuid)
returns table (nodes jsonb, edges jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return query
    select g.nodes, g.edges
    from pbdb._playbook_graph((pbdb._find_playbook(p_playbook_id)).id) as g;
end;
$fn$;

comment on function pbdb.get_playbook_graph(uuid) is
'A playbook version as a picture: its steps (step_id, step_name, step_type, step_order, '
'description, parent_step_name, branch, is_final, is_optional, has_condition, is_for_each) and how '
'control moves between them (from_step_name, to_step_name, kind). Kinds: next; failure; target of '
'a CONDITIONAL_BRANCH (place says where its config names it); branch, from a PARALLEL_EXECUTION '
'step to the first step of each branch. Always one row. Raises PB001, PB004.';

revoke execute on function pbdb.get_playbook_graph(uuid) from public;
grant execute on function pbdb.get_playbook_graph(uuid) to pbdb_app;
