-- drop: function pbdb._check_document(jsonb)
create or replace function pbdb._check_document(p_document jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_path text;
    v_message text;
    v_hint text;
    v_count int;
    v_all text;
begin
    select
        (array_agg(left(issue.path, 500)))[1], (array_agg(left(issue.message, 1000)))[1],
        (array_agg(left(issue.hint, 1000)))[1],
        count(*), string_agg(
            format('%s: %s', left(issue.path, 500), left(issue.message, 1000)), e'\n'
        )
    into v_path, v_message, v_hint, v_count, v_all
    from (
        -- Enough to mend; each hint costs a search for the nearest word.
        select found.* from pbdb._document_issues(coalesce(p_document, 'null')) as found limit 100
    ) as issue;

    if v_count > 0 then
        raise exception using
            errcode = 'PB009',
            message = format('%s: %s', v_path, v_message)
                || case
                    when v_count = 100 then ' (and many more)'
                    when v_count > 1 then format(' (and %s more)', v_count - 1)
                    else ''
                end,
            detail = left(v_all, 10000),
            hint = v_hint;
    end if;
end;
$fn$;

comment on function pbdb._check_document(jsonb) is
'Raises PB009 for a malformed document: message and hint of the first place, all of them in the '
'detail.';

revoke execute on function pbdb._check_document(jsonb) from public;
