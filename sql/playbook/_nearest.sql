-- drop: function pbdb._nearest(text, text[])
--
-- People who come from the original system write stepName, on_success_step_id: those spellings are
-- brought to ours before they are compared.
create or replace function pbdb._nearest(p_word text, p_known text[])
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select known.word
    from unnest(p_known) as known (word)
    cross join lateral (values
        (lower(p_word)),
        (regexp_replace(
            lower(regexp_replace(p_word, '([a-z])([A-Z])', '\1_\2', 'g')),
            '^(step_|playbook_)|(_step)?_id$|_ms$', '', 'g'
        ))
    ) as spelling (word)
    where
        pbdb._edit_distance(spelling.word, lower(known.word))
        <= greatest(1, least(length(spelling.word), length(known.word)) / 3)
    order by pbdb._edit_distance(spelling.word, lower(known.word)), known.word
    limit 1;
end;

comment on function pbdb._nearest(text, text[]) is
'The known word that an unknown one most probably means, or null when none is near.';

revoke execute on function pbdb._nearest(text, text[]) from public;
