-- drop: function pbdb.check_playbook(jsonb)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Validation reads rows, so rows are written, in a subtransaction that ends in an exception on
-- purpose: variables survive it, rows do not.
create or replace function pbdb.check_playbook(p_document jsonb)
returns table (is_valid boolean, issues jsonb, nodes jsonb, edges jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
    v_playbook_id uuid;
begin
    issues := pbdb._malformed_places(p_document);
    nodes := '[]';
    edges := '[]';
    if issues = '[]' then
        begin
            v_playbook_id := pbdb._insert_for_a_moment(v_organization_id, p_document);
            issues := pbdb._issues_in_document(v_playbook_id, p_document);
            select g.nodes, g.edges into nodes, edges
            from pbdb._playbook_graph(v_playbook_id) as g;
            raise exception using errcode = 'CHECK', message = 'check_playbook undoes its rows';
        exception
            when sqlstate 'CHECK' then
                null;
        end;
    end if;
    is_valid := not issues @? '$[*] ? (@.severity == "error")';
    return next;
end;
$fn$;

comment on function pbdb.check_playbook(jsonb) is
'What is wrong with a document, and its picture, without keeping anything: issues as '
'validate_playbook gives them, each with its place in the document (steps[2].config.url; null '
'when it has none), and nodes and edges as get_playbook_graph. A document that is malformed has '
'issues with the code PB009 and no picture. is_valid: it could be activated. Always one row. '
'Raises PB001.';

revoke execute on function pbdb.check_playbook(jsonb) from public;
grant execute on function pbdb.check_playbook(jsonb) to pbdb_app;
