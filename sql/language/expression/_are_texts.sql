-- drop: function pbdb._are_texts(jsonb, jsonb)
create or replace function pbdb._are_texts(p_left jsonb, p_right jsonb)
returns boolean
language sql
immutable
parallel safe
begin atomic
    select jsonb_typeof(p_left) in ('string', 'number', 'boolean')
        and jsonb_typeof(p_right) in ('string', 'number', 'boolean');
end;

comment on function pbdb._are_texts(jsonb, jsonb) is
'Whether both values have a text form that can be searched: text, numbers and booleans.';

revoke execute on function pbdb._are_texts(jsonb, jsonb) from public;
