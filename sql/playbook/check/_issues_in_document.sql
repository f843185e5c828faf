-- drop: function pbdb._issues_in_document(uuid, jsonb)
create or replace function pbdb._issues_in_document(p_playbook_id uuid, p_document jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with steps as materialized (
        select walked.path, walked.step ->> 'name' as name
        from pbdb._document_steps(p_document) as walked
    )

    select coalesce(jsonb_agg(jsonb_build_object(
        'severity', issue.severity, 'code', issue.code, 'step_name', issue.step_name,
        'path', issue.path,
        'place', nullif(concat_ws('.', steps.path, nullif(issue.path, '')), ''),
        'message', issue.message, 'hint', issue.hint
    ) order by issue.position), '[]')
    from pbdb._playbook_issues(p_playbook_id) with ordinality as issue (
        severity, step_name, code, path, message, hint, position
    )
    left join steps on issue.step_name = steps.name;
end;

comment on function pbdb._issues_in_document(uuid, jsonb) is
'The issues of a playbook version, each with its place in the document that it was imported from.';

revoke execute on function pbdb._issues_in_document(uuid, jsonb) from public;
