-- drop: function pbdb._template_expressions(text)
--
-- A plain name may be a member of the step's input instead; naming a variable too many costs one
-- look-up, naming one too few would break the template.
create or replace function pbdb._template_expressions(p_template text)
returns table (kind text, expression text)
language sql
immutable
parallel safe
begin atomic
    select
        case when name.name like '$%' then 'path' else 'name' end,
        name.name
    from unnest(pbdb._template_tokens(p_template)) with ordinality as token (tag, position)
    cross join lateral (
        select btrim(split_part(ltrim(token.tag, '#^&'), '??', 1), E' \t\r\n')
    ) as name (name)
    where token.position % 2 = 0
        and token.tag !~ '^[/!>=<{]'
        and name.name ~ (
            '^(\$|(input|step_input|item|index|error|execution|steps|step_\d+_output)(\.|$))'
        );
end;

comment on function pbdb._template_expressions(text) is
'What the tags of a template read: kind path for tags that start with $, kind name for plain names '
'of variables and their members (steps.a.output). Plain names of other things are left out: '
'they come from the step''s input.';

revoke execute on function pbdb._template_expressions(text) from public;
