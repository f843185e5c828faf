-- drop: function pbdb._lowest_id_at(timestamptz)
create or replace function pbdb._lowest_id_at(p_at timestamptz)
returns uuid
language sql
immutable
strict
parallel safe
security invoker
begin atomic
    select encode(
        int8send(((t.micros / 1000) << 16) | 28672 | ((t.micros % 1000) * 4096 / 1000))
        || '\x8000000000000000'::bytea,
        'hex'
    )::uuid
    from (
        select (
            extract(epoch from least(greatest(p_at, '1970-01-01 00:00Z'), '9999-12-31 00:00Z'))
            * 1000000
        )::bigint as micros
    ) as t;
end;

comment on function pbdb._lowest_id_at(timestamptz) is
'The lowest UUIDv7 of a moment: ids made before it are lower, others are not.';

revoke execute on function pbdb._lowest_id_at(timestamptz) from public;
