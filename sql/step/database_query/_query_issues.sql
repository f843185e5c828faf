-- drop: function pbdb._query_issues(jsonb)
--
-- What is wrong with the text comes one at a time: a text that is refused, or not yet SQL, need not
-- be explained. Rights can be granted later, and what is refused is so by pbdb and not by
-- PostgreSQL; both are warnings.
create or replace function pbdb._query_issues(p_config jsonb)
returns table (severity text, code text, message text, hint text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_query text := p_config ->> 'query';
    v_mode text := coalesce(p_config ->> 'mode', 'read');
    v_bound int := case jsonb_typeof(p_config -> 'params')
        when 'array' then jsonb_array_length(p_config -> 'params') else 0
    end;
    v_found record;
begin
    if pbdb._query_refusal(v_query, v_mode) is not null then
        return query select
            'warning', 'QUERY_REJECTED',
            format('the step will fail: %s', pbdb._query_refusal(v_query, v_mode)),
            'Write one plain query and bind values as $1, $2, …';
    elsif v_query ~ '\{\{\s*[#^/&]?\s*[[:alpha:]_$][^{}]*\}\}' then
        return query select
            'error', 'QUERY_TEMPLATED', 'the query has {{ }} in it, and queries are no templates',
            'Write $1 in its place and the path into params: values are bound, never spliced in.';
    elsif pbdb._temporary_code() is not null then
        return query select
            'warning', 'QUERY_UNCHECKED',
            format('the session has a temporary %s', pbdb._temporary_code()),
            'Check it in a session without temporary functions and types.';
    else
        v_found := pbdb._query_error_found(v_query, v_mode);
        return query select
            case v_found.error_code when '42501' then 'warning' else 'error' end,
            case v_found.error_code
                when '42501' then 'QUERY_NOT_PERMITTED' else 'QUERY_INVALID'
            end,
            format('%s (SQLSTATE %s)', v_found.message, v_found.error_code),
            case v_found.error_code
                when '42501' then 'Grant pbdb_query what the query needs, before the step runs.'
                when '42P11'
                    then 'Write one statement that gives rows; end a write with returning.'
                when '42883' then 'Parameters are text: cast them where they are used, $1::int.'
                when '25006' then 'Give the step mode: write.'
                when '42P01' then 'Tables are looked up in public; name another schema in full.'
                else 'Try it as pbdb_query: prepare q (text) as …'
            end
        where v_found.error_code is not null;
    end if;
    return query select
        'error', 'PARAMETER_UNBOUND',
        format('the query reads $%s, and params has %s values', p.highest, v_bound),
        'Give params a value for each parameter: "params": ["$input.id"].'
    from (select pbdb._query_parameters(v_query) as highest) as p
    where p.highest > v_bound;
end;
$fn$;

comment on function pbdb._query_issues(jsonb) is
'What is wrong with the query of a DATABASE_QUERY: severity, code, message, hint. It is planned as '
'pbdb_query and not run.';

revoke execute on function pbdb._query_issues(jsonb) from public;
