-- drop: function pbdb._template_section_issues(text[])
--
-- A loop, because sections are a stack. It stops at the first that does not fit: what follows is
-- guesswork.
create or replace function pbdb._template_section_issues(p_tokens text[])
returns table (code text, message text, hint text)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_open text[] := '{}';
    v_tag text;
begin
    for i in 1 .. cardinality(p_tokens) / 2 loop
        v_tag := p_tokens[2 * i];
        if v_tag ~ '^[#^]' then
            v_open := v_open || substr(v_tag, 2);
        elsif v_tag like '/%' and v_open[cardinality(v_open)] = substr(v_tag, 2) then
            v_open := trim_array(v_open, 1);
        elsif v_tag like '/%' then
            return query select
                'TEMPLATE_SECTION_MISMATCH',
                format('{{%s}} closes a section that is not open there', left(v_tag, 100)),
                coalesce(
                    format('The section to close first is {{/%s}}.', v_open[cardinality(v_open)]),
                    'Open it with {{#name}} before.'
                );
            return;
        end if;
    end loop;
    if cardinality(v_open) > 0 then
        return query select
            'TEMPLATE_SECTION_OPEN',
            format('the section %s is never closed', v_open[cardinality(v_open)]),
            format('Add {{/%s}}.', v_open[cardinality(v_open)]);
    end if;
end;
$fn$;

comment on function pbdb._template_section_issues(text[]) is
'What is wrong with the nesting of sections in a template''s tokens: code, message, hint. Codes: '
'TEMPLATE_SECTION_MISMATCH, TEMPLATE_SECTION_OPEN.';

revoke execute on function pbdb._template_section_issues(text[]) from public;
