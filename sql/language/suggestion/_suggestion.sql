-- drop: function pbdb._suggestion(text, text[])
create or replace function pbdb._suggestion(p_word text, p_known text[])
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        'Did you mean ' || pbdb._nearest(p_word, p_known) || '?',
        case
            when cardinality(p_known) between 1 and 40
                then format('Known here: %s.', array_to_string(p_known, ', '))
            when cardinality(p_known) > 40 then 'Nothing here has a name like it.'
            else 'There is nothing that it could name.'
        end
    );
end;

comment on function pbdb._suggestion(text, text[]) is
'A hint for an unknown word: the nearest known one, else the list of them.';

revoke execute on function pbdb._suggestion(text, text[]) from public;
