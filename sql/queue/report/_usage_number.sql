-- drop: function pbdb._usage_number(jsonb, text, numeric)
create or replace function pbdb._usage_number(p_usage jsonb, p_key text, p_most numeric)
returns numeric
language sql
immutable
parallel safe
security invoker
begin atomic
select case
    when jsonb_typeof(p_usage -> p_key) = 'number'
        and (p_usage ->> p_key)::numeric between 0 and p_most
        then (p_usage ->> p_key)::numeric
end;
end;

comment on function pbdb._usage_number(jsonb, text, numeric) is
'A number from a reported usage; null when it is none, is negative or more than p_most: a usage '
'must never undo a completion.';

revoke execute on function pbdb._usage_number(jsonb, text, numeric) from public;
