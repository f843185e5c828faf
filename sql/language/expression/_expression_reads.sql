-- drop: function pbdb._expression_reads(jsonb, text)
create or replace function pbdb._expression_reads(p_value jsonb, p_kind text)
returns table (location text, is_plain boolean, root text, members text[])
language sql
immutable
parallel safe
begin atomic
    select distinct expression.location, false, read.root, read.members
    from pbdb._expressions(p_value, p_kind) as expression
    cross join lateral pbdb._path_reads(left(expression.expression, 1000)) as read
    where expression.kind in ('path', 'predicate')
    union all
    select distinct expression.location, true, name.parts[1], name.parts[2:]
    from pbdb._expressions(p_value, p_kind) as expression
    cross join lateral (select string_to_array(expression.expression, '.')) as name (parts)
    where expression.kind = 'name';
end;

comment on function pbdb._expression_reads(jsonb, text) is
'What the expressions inside a value read: JSON pointer, whether as a plain name of a template, '
'which a member of the step''s input can mean too, the variable, and the plain members that it '
'goes to from there ([] for a subscript).';

revoke execute on function pbdb._expression_reads(jsonb, text) from public;
