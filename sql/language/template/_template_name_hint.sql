-- drop: function pbdb._template_name_hint(text)
create or replace function pbdb._template_name_hint(p_name text)
returns text
language sql
immutable
parallel safe
begin atomic
    select case
        when p_name ~ '^(if|each|unless|with|else)\M'
            then 'There are no helpers: {{#x}}...{{/x}} tests or repeats, {{^x}} is else.'
        when p_name ~ '\['
            then format('Elements are read by a path: {{$%s}}.', p_name)
        when p_name ~ '[|(]'
            then 'There are no filters or functions: prepare the value in a step before.'
        else 'Write {{name}}, {{a.b}}, {{.}} or a path: {{$input."first name"}}.'
    end;
end;

comment on function pbdb._template_name_hint(text) is
'What to do about a name that a template cannot read, guessed from what other languages allow.';

revoke execute on function pbdb._template_name_hint(text) from public;
