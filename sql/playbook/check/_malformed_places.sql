-- drop: function pbdb._malformed_places(jsonb)
create or replace function pbdb._malformed_places(p_document jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(jsonb_agg(jsonb_build_object(
        'severity', 'error', 'code', 'PB009', 'step_name', null, 'path', issue.path,
        'place', issue.path, 'message', issue.message, 'hint', issue.hint
    ) order by issue.position), '[]')
    from (
        -- Enough to mend; each hint costs a search for the nearest word.
        select
            left(found.path, 500) as path, left(found.message, 1000) as message,
            left(found.hint, 1000) as hint, found.position
        from pbdb._document_issues(coalesce(p_document, 'null'))
        with ordinality as found (path, message, hint, position)
        order by found.position
        limit 100
    ) as issue;
end;

comment on function pbdb._malformed_places(jsonb) is
'What makes a document malformed, as check_playbook shows it; [] when it can be imported.';

revoke execute on function pbdb._malformed_places(jsonb) from public;
