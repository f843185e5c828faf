-- drop: function pbdb._nearest(text, text[])
--
-- People who come from the original system write stepName, on_success_step_id, timeout: those
-- spellings are brought to ours before they are compared. Comparing is slow, so words that cannot
-- be near are left out first, and of a great many only some are tried.
create or replace function pbdb._nearest(p_word text, p_known text[])
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    with spelling (word) as materialized (
        select lower(p_word)
        where length(p_word) <= 255
        union
        select regexp_replace(
            lower(regexp_replace(p_word, '([a-z])([A-Z])', '\1_\2', 'g')),
            '^(step_|playbook_)|(_step)?_id$|_ms$', '', 'g'
        )
        where length(p_word) <= 255
    )

    select pair.known
    from (
        select distinct known.word as known, spelling.word as written, short.word as short
        from unnest(p_known) as known (word)
        cross join lateral (
            select lower(known.word) as word
            union all
            select left(lower(known.word), -8)
            where lower(known.word) like '%\_seconds'
        ) as short
        inner join spelling
            on
                abs(length(spelling.word) - length(short.word)) <= 13
                and (
                    left(spelling.word, 1) = left(short.word, 1)
                    or right(spelling.word, 1) = right(short.word, 1)
                )
        order by known.word, spelling.word, short.word
        limit 200
    ) as pair
    cross join lateral (
        select pbdb._edit_distance(pair.written, pair.short)
    ) as edit (distance)
    where
        edit.distance
        <= greatest(1, (least(length(pair.written), length(pair.short)) + 1) / 3)
    order by edit.distance, pair.known
    limit 1;
end;

comment on function pbdb._nearest(text, text[]) is
'The known word that an unknown one most probably means, or null when none is near.';

revoke execute on function pbdb._nearest(text, text[]) from public;
