-- drop: function pbdb._path_hint(text, text)
create or replace function pbdb._path_hint(p_path text, p_plain text)
returns text
language sql
stable
parallel safe
begin atomic
    select case
        when pbdb._path_of_newer(p_plain) is not null
            then 'Use .datetime() or .double(), or cast in a DATABASE_QUERY.'
        when p_path ~ '^\$\{'
            then 'A value is "$input.name"; inside text write {{input.name}}.'
        when p_path ~ '\.\s*(map|filter|join|find|includes|slice|split|to(Upp|Low)erCase)\s*\('
            then 'Paths are SQL/JSON, not JavaScript: filter with [*] ? (@.x > 1), or use a step.'
        when p_path ~ '^\$(\d|\s|$)'
            then 'Write text that starts with a dollar sign with two: $$.'
        when p_plain ~ '\w-\w'
            then 'Quote names with a hyphen: $steps."my-step".output.'
        when p_plain ~ '\.\d'
            then 'Write list elements as [0] when the path does more than name members.'
        when p_plain ~ '(^|[^=!<>])=([^=]|$)'
            then 'Compare with ==.'
        when p_plain ~* '\m(and|or|not)\M'
            then 'Write && for and, || for or, !(...) for not.'
        else 'Write an SQL/JSON path: $input.lead.email, $steps.qualify.output.score > 80.'
    end;
end;

comment on function pbdb._path_hint(text, text) is
'What to do about an SQL/JSON path that cannot be parsed, guessed from the usual mistakes. p_plain '
'is the path with its string literals emptied.';

revoke execute on function pbdb._path_hint(text, text) from public;
