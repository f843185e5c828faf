-- drop: function pbdb._path_reads(text)
--
-- A chain ends where the path does something else than go to members and elements: a method, a
-- filter, a wildcard. String literals match the last alternative and read nothing.
create or replace function pbdb._path_reads(p_path text)
returns table (root text, members text[])
language sql
immutable
parallel safe
begin atomic
    select
        case when token[1] like '"%' then token[1]::jsonb #>> '{}' else token[1] end,
        array(
            select case
                when member[1] like '"%' then member[1]::jsonb #>> '{}'
                else coalesce(member[1], '[]')
            end
            from regexp_matches(
                token[2],
                '\.\s*("(?:[^"\\]|\\.)*"|[^][\s.(){}?@*"''+/%&|!=<>,:#$-]+)|\[[^]]*\]', 'g'
            ) with ordinality as found (member, position)
            order by found.position
        )
    from regexp_matches(
        p_path,
        '\$("(?:[^"\\]|\\.)*"|[^][\s.(){}?@*"''+/%&|!=<>,:#$-]+)'
        '((?:\s*\.\s*(?:"(?:[^"\\]|\\.)*"|[^][\s.(){}?@*"''+/%&|!=<>,:#$-]+'
        '(?![^][\s.(){}?@*"''+/%&|!=<>,:#$-]))(?!\s*\()|\s*\[[^]]*\])*)'
        '|"(?:[^"\\]|\\.)*"',
        'g'
    ) as token
    where token[1] is not null;
end;

comment on function pbdb._path_reads(text) is
'The variables that an SQL/JSON path reads, one row for each time, with the plain members that it '
'goes to from there ([] for a subscript): steps with {qualify,output,score}.';

revoke execute on function pbdb._path_reads(text) from public;
