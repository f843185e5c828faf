-- drop: function pbdb._input_hash(text, jsonb)
--
-- Name and input stand in one array, so that where the one ends cannot be mistaken. Numbers lose
-- the zeros that say nothing: 1.50 and 1.5 are one input. What PostgreSQL writes of a jsonb is
-- canonical but for them; texts are walked over whole, so that a "1.50" stays what it is.
create or replace function pbdb._input_hash(p_playbook_name text, p_input jsonb)
returns bytea
language sql
immutable
parallel safe
security invoker
begin atomic
select sha256(convert_to(
    case
        when i.json ~ '[0-9]\.[0-9]*0' then regexp_replace(
            i.json,
            '("(?:\\.|[^"\\])*")|([0-9]\.[0-9]*[1-9])0+(?![0-9])|([0-9])\.0+(?![0-9])',
            '\1\2\3', 'g'
        )
        else i.json
    end, 'UTF8'
))
from (select jsonb_build_array(p_playbook_name, p_input)::text as json) as i;
end;

comment on function pbdb._input_hash(text, jsonb) is
'SHA-256 of what a start asks for: the same for inputs that are equal as jsonb, and for no others.';

revoke execute on function pbdb._input_hash(text, jsonb) from public;
