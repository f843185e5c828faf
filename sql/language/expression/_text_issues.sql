-- drop: function pbdb._text_issues(jsonb, text)
--
-- Texts that other systems would compute and that stay as they are here. Each pattern is one that
-- hardly any text means literally; all are warnings, because a text may. Longer than a screen
-- because it is one list of rules.
create or replace function pbdb._text_issues(p_value jsonb, p_kind text)
returns table (path text, code text, message text, hint text)
language sql
immutable
parallel safe
begin atomic
    with texts as (
        select node.location, node.value #>> '{}' as text
        from pbdb._nodes(p_value) as node
        where
            jsonb_typeof(node.value) = 'string'
            and (p_kind <> 'condition' or node.location ~ '/value$')
    )

    select
        texts.location, 'EXPRESSION_IN_TEXT',
        format('%s is text here, and read by nobody', left(found.part, 100)),
        found.hint
    from texts
    cross join lateral (
        select
            substring(texts.text from '\{\{.*?\}\}') as part,
            case
                when texts.text ~ '^=?\s*\{\{[^{}]*\}\}$'
                    then 'A mapping takes a value by its path: "$input.name".'
                else 'A mapping takes whole values: "$input.name". PROMPT_TEMPLATE makes text.'
            end as hint
        where p_kind in ('mapping', 'condition') and texts.text not like '$%'
        union all
        select
            substring(
                texts.text from '\$(?:input|step_input|steps|item|error|execution)\.[\w.]+'
            ),
            case p_kind
                when 'mapping'
                    then 'A path stands alone: "$input.name". PROMPT_TEMPLATE makes text.'
                else 'Inside text write {{input.name}}; a path stands alone: "$input.name".'
            end
        where
            p_kind <> 'condition' and texts.text not like '$%'
            and regexp_replace(texts.text, '\{\{.*?\}\}', '', 'g')
            ~ '\$(input|step_input|steps|item|error|execution)\.\w'
    ) as found
    where found.part is not null
    union all
    select
        texts.location, 'NOTATION_FOREIGN', format('%s is text here', left(texts.text, 100)),
        case
            when texts.text ~ '\{%' then 'Lists are repeated with {{#items}}…{{/items}}.'
            when texts.text ~ '^\$\$\.' then 'What runs is $execution: $execution.id.'
            when texts.text ~ '^States\.' then 'There are no intrinsic functions: use a template, '
                'or a path such as "$input.items.size()".'
            else 'Write "$input.name" for a value, {{input.name}} inside text.'
        end
    from texts
    where
        texts.text ~ '\{%.*%\}|^\$\$\.\w|^States\.\w+\('
        or texts.text !~ '^\$' and texts.text ~ (
            '(\$\{|#\{|<%=?)\s*'
            '(inputs?|steps|item|context|ctx|json|states|outputs?|vars)\.\w'
        )
    union all
    select
        node.location, 'NOTATION_FOREIGN',
        format('the key %s is a name like any other', member.key),
        format(
            'Call it %s; a text that starts with $ is a path anyway.', rtrim(member.key, '.$')
        )
    from pbdb._nodes(p_value) as node
    cross join lateral jsonb_each(
        case jsonb_typeof(node.value) when 'object' then node.value end
    ) as member
    where p_kind in ('mapping', 'config') and member.key like '%.$';
end;

comment on function pbdb._text_issues(jsonb, text) is
'Texts inside a value that look as if they were computed, and are not: JSON pointer, code, '
'message, hint. p_kind as for pbdb._expressions. Codes, all warnings: EXPRESSION_IN_TEXT, '
'NOTATION_FOREIGN (Amazon States Language, GitHub Actions, Jinja, JavaScript).';

revoke execute on function pbdb._text_issues(jsonb, text) from public;
