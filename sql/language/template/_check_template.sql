-- drop: function pbdb._check_template(jsonb, jsonb)
create or replace function pbdb._check_template(p_template jsonb, p_options jsonb)
returns void
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_issue record;
begin
    select issue.message, issue.hint
    into v_issue
    from (
        select p_template #>> '{}'
        where jsonb_typeof(p_template) = 'string'
        union all
        select content #>> '{}'
        from jsonb_path_query(p_template, '$[*].content') as content
    ) as written (text)
    cross join lateral pbdb._template_issues(written.text, p_options) as issue
    limit 1;

    if found then
        raise exception using
            errcode = 'PB016',
            message = v_issue.message,
            hint = v_issue.hint;
    end if;
end;
$fn$;

comment on function pbdb._check_template(jsonb, jsonb) is
'Raises PB016 with the first issue of a template: a text, or a list of {role, content}.';

revoke execute on function pbdb._check_template(jsonb, jsonb) from public;
