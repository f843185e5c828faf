-- drop: function pbdb._nearest(text, text[])
--
-- People who come from the original system write stepName, on_success_step_id, timeout: those
-- spellings are brought to ours before they are compared.
create or replace function pbdb._nearest(p_word text, p_known text[])
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select pair.known
    from (
        select
            known.word as known,
            least(length(spelling.word), length(short.word)) as length,
            pbdb._edit_distance(spelling.word, short.word) as distance
        from unnest(p_known) as known (word)
        cross join lateral (values
            (lower(p_word)),
            (regexp_replace(
                lower(regexp_replace(p_word, '([a-z])([A-Z])', '\1_\2', 'g')),
                '^(step_|playbook_)|(_step)?_id$|_ms$', '', 'g'
            ))
        ) as spelling (word)
        cross join lateral (values
            (lower(known.word)), (regexp_replace(lower(known.word), '_seconds$', ''))
        ) as short (word)
    ) as pair
    where pair.distance <= greatest(1, (pair.length + 1) / 3)
    order by pair.distance, pair.known
    limit 1;
end;

comment on function pbdb._nearest(text, text[]) is
'The known word that an unknown one most probably means, or null when none is near.';

revoke execute on function pbdb._nearest(text, text[]) from public;
