-- drop: function pbdb._memory_words(text)
--
-- The text goes through what content_search goes through (migration 0005). A lexeme is quoted, not
-- parsed again: it may hold any character.
create or replace function pbdb._memory_words(p_text text)
returns tsquery[]
language sql
immutable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
    select coalesce(array_agg(
        ('''' || replace(replace(u.word, '\', '\\'), '''', '''''') || '''')::tsquery
    ), '{}')
    from unnest(tsvector_to_array(
        to_tsvector('pg_catalog.english', translate(p_text, './\:@_-=<>', '          '))
    )) as u (word);
$fn$;

comment on function pbdb._memory_words(text) is
'The words of a text as queries on content_search, one each, without stop words.';

revoke execute on function pbdb._memory_words(text) from public;
