-- drop: function pbdb.validate_playbook(uuid)
--
-- Definer, because it calls helpers that nobody else may; the tenant comes from the context.
-- Volatile, so that it sees what import_playbook wrote in the same statement.
create or replace function pbdb.validate_playbook(p_playbook_id uuid)
returns table (
    severity text, step_name text, code text, path text, message text, hint text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
begin
    return query
    select
        issue.severity, issue.step_name, issue.code, issue.path, issue.message, issue.hint
    from pbdb._playbook_issues((pbdb._find_playbook(p_playbook_id)).id) as issue;
end;
$fn$;

comment on function pbdb.validate_playbook(uuid) is
'What is wrong with a playbook version: severity error (it cannot be activated) or warning, the '
'step (null: the playbook itself), a code, the place in it, a message and what to do. No row: '
'nothing. Raises PB001, PB004.';

revoke execute on function pbdb.validate_playbook(uuid) from public;
grant execute on function pbdb.validate_playbook(uuid) to pbdb_app;
