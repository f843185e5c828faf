-- drop: function pbdb._document_issues(jsonb)
create or replace function pbdb._document_issues(p_document jsonb)
returns table (path text, message text, hint text)
language sql
immutable
parallel safe
security invoker
begin atomic
    -- One that is too large is not looked into: looking costs many times its size.
    with given as materialized (
        select p_document as document
        where pg_column_size(p_document) <= 1048576
    ),

    steps as materialized (
        select walked.* from given cross join lateral pbdb._document_steps(given.document) as walked
    )

    select found.path, found.message, found.hint
    from given
    cross join lateral pbdb._object_issues('playbook', '', given.document) as found
    union all
    select found.path, found.message, found.hint
    from (select steps.path, steps.step from steps order by steps.natural_order limit 1000) as step
    cross join lateral pbdb._object_issues('step', step.path, step.step) as found
    union all
    select found.path, found.message, found.hint
    from given
    cross join lateral pbdb._document_link_issues(given.document) as found
    where (select count(*) from steps) <= 1000
    union all
    select
        'steps',
        format('a playbook of %s steps; 1000 is the most', count(*)),
        'Move parts into playbooks of their own and call them with CUSTOM_FUNCTION.'
    from steps
    having count(*) > 1000
    union all
    select
        min(steps.path),
        format('branches are nested %s deep; 10 is the most', max(steps.depth)),
        'Move the inner branches into a playbook of their own and call it with CUSTOM_FUNCTION.'
    from steps
    having max(steps.depth) > 10
    union all
    select
        'document',
        'values are nested more than 100 deep',
        'Write it flatter.'
    from given
    where given.document @? 'strict $.**{101}'
    union all
    select 'document', pbdb._value_problem(given.document), 'Keep long numbers as texts.'
    from given
    where pbdb._value_problem(given.document) is not null
    union all
    select
        'document',
        format('a document of %s bytes; 1048576 is the most', pg_column_size(p_document)),
        'Keep large texts in prompt templates, and data in tables.'
    where pg_column_size(p_document) > 1048576;
end;

comment on function pbdb._document_issues(jsonb) is
'Everything that makes a playbook document malformed: place in the document, message, and what to'
' do. No row: it can be imported.';

revoke execute on function pbdb._document_issues(jsonb) from public;
