-- drop: function pbdb._path_names(text)
--
-- String literals match the last alternative, so that a dollar sign inside one names nothing.
create or replace function pbdb._path_names(p_path text)
returns text[]
language sql
immutable
parallel safe
begin atomic
    select coalesce(array_agg(distinct names.name order by names.name), '{}')
    from (
        select case
            when root.name = 'steps' and member.name is not null then 'steps.' || member.name
            else root.name
        end as name
        from regexp_matches(
            p_path,
            '\$("(?:[^"\\]|\\.)*"|[^][\s.(){}?@*"''+/%&|!=<>,:#$-]+)'
            '(?:\s*\.\s*("(?:[^"\\]|\\.)*"|[^][\s.(){}?@*"''+/%&|!=<>,:#$-]+))?'
            '|"(?:[^"\\]|\\.)*"',
            'g'
        ) as token
        cross join lateral (
            select case when token[1] like '"%' then token[1]::jsonb #>> '{}' else token[1] end
        ) as root (name)
        cross join lateral (
            select case when token[2] like '"%' then token[2]::jsonb #>> '{}' else token[2] end
        ) as member (name)
        where token[1] is not null
    ) as names;
end;

comment on function pbdb._path_names(text) is
'The variables that an SQL/JSON path reads, sorted: input, step_1_output, steps.qualify; plain '
'steps when it reads all of them.';

revoke execute on function pbdb._path_names(text) from public;
