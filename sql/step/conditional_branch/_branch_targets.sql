-- drop: function pbdb._branch_targets(jsonb)
--
-- A rule may stand alone in the config: the form that older editors write. Tests on the type keep
-- malformed configs quiet here; validation is where they are reported.
create or replace function pbdb._branch_targets(p_config jsonb)
returns table (path text, target text)
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        format('%s[%s].%s', list.key, rule.position - 1, word.word) as path,
        rule.value ->> word.word as target
    from
        (values ('branches'), ('conditions')) as list (key)
    cross join lateral jsonb_array_elements(
        case
            when jsonb_typeof(p_config -> list.key) = 'array' then p_config -> list.key
            else '[]'
        end
    ) with ordinality as rule (value, position)
    cross join unnest(array['then', 'trueBranch', 'true_branch', 'falseBranch', 'false_branch'])
    as word (word)
    where jsonb_typeof(rule.value -> word.word) = 'string'
    union all
    select word.word, p_config ->> word.word
    from unnest(array['default', 'trueBranch', 'true_branch', 'falseBranch', 'false_branch'])
    as word (word)
    where jsonb_typeof(p_config -> word.word) = 'string';
end;

comment on function pbdb._branch_targets(jsonb) is
'The steps that a CONDITIONAL_BRANCH config may go to, by name or id as written, each with its '
'place in the config.';

revoke execute on function pbdb._branch_targets(jsonb) from public;
