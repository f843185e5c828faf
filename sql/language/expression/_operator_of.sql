-- drop: function pbdb._operator_of(jsonb)
--
-- One list: what an operator is called and which members may stand beside it.
create or replace function pbdb._operator_of(p_mapping jsonb)
returns text
language sql
immutable
parallel safe
begin atomic
    select known.name
    from (values
        ('$all', '{}'::text[]), ('$default', '{}'), ('$concat', '{}'), ('$append', '{}'),
        ('$join', '{with}'), ('$sum', '{}'), ('$sort', '{by,order}'), ('$object', '{}'),
        ('$merge', '{}')
    ) as known (name, options)
    where
        jsonb_typeof(p_mapping) = 'object'
        and p_mapping ? known.name
        and p_mapping - known.name - known.options = '{}';
end;

comment on function pbdb._operator_of(jsonb) is
'The operator that an object of a mapping is: $all, $default, $concat, $append, $join, $sum, '
'$sort, $object or $merge, with no members but its own beside it; null for any other value.';

revoke execute on function pbdb._operator_of(jsonb) from public;
