-- drop: function pbdb._query_parameters(text)
--
-- What stands in strings, quoted names and comments is taken out first. Tagged dollar quotes are
-- left alone with all that is in the text: a pattern cannot find their end.
create or replace function pbdb._query_parameters(p_query text)
returns int
language sql
immutable
parallel safe
security invoker
begin atomic
select coalesce(max(left(parameter.found[1], 6)::int), 0)
from regexp_matches(
    regexp_replace(
        p_query,
        '\me''(?:[^''\\]|\\.|'''')*''|''(?:[^'']|'''')*''|"(?:[^"]|"")*"|--[^\r\n]*|'
        '/\*(?:[^*]|\*(?!/))*\*/|\$\$(?:[^$]|\$(?!\$))*\$\$',
        ' ', 'gi'
    ),
    '(?<![\w$])\$(\d+)', 'g'
) as parameter (found)
where p_query !~ '\$[[:alpha:]_]\w*\$';
end;

comment on function pbdb._query_parameters(text) is
'The highest n of the parameters $n in a statement; 0 when there is none.';

revoke execute on function pbdb._query_parameters(text) from public;
