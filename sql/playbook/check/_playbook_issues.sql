-- drop: function pbdb._playbook_issues(uuid)
create or replace function pbdb._playbook_issues(p_playbook_id uuid)
returns table (
    severity text, step_name text, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        issue.severity, step.step_name::text, issue.code, pbdb._shown(issue.path, 500),
        pbdb._shown(issue.message, 1000), pbdb._shown(issue.hint, 1000)
    from (
        select * from pbdb._shape_issues(p_playbook_id)
        union all
        select * from pbdb._flow_issues(p_playbook_id)
        union all
        select * from pbdb._name_issues(p_playbook_id)
        union all
        select * from pbdb._member_issues(p_playbook_id)
        union all
        select * from pbdb._order_issues(p_playbook_id)
        union all
        select * from pbdb._syntax_issues(p_playbook_id)
        union all
        select * from pbdb._config_issues(p_playbook_id)
    ) as issue
    left join pbdb.playbook_steps as step on issue.step_id = step.id
    order by
        issue.severity, step.step_order nulls first, issue.code, issue.path, issue.message;
end;

comment on function pbdb._playbook_issues(uuid) is
'All that validation finds in a playbook, errors first, then by step.';

revoke execute on function pbdb._playbook_issues(uuid) from public;
