-- drop: function pbdb._sha1(bytea)
--
-- FIPS 180-4, 6.1. PostgreSQL has SHA-2 only, and pgcrypto is not everywhere; names are short.
create or replace function pbdb._sha1(p_text bytea)
returns bytea
language plpgsql
immutable
parallel safe
strict
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_ones constant bigint := 4294967295;
    v_message bytea := p_text || '\x80'::bytea
        || decode(repeat('00', (119 - length(p_text) % 64) % 64), 'hex')
        || int8send(length(p_text) * 8::bigint);
    h bigint[] := array[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    w bigint[];
    s bigint[];
    f bigint;
    x bigint;
begin
    for v_block in 0 .. length(v_message) / 64 - 1 loop
        for t in 0 .. 79 loop
            if t < 16 then
                w[t] := ('x' || encode(substr(v_message, v_block * 64 + t * 4 + 1, 4), 'hex'))
                    ::bit(32)::bigint;
            else
                x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
                w[t] := ((x << 1) | (x >> 31)) & v_ones;
            end if;
        end loop;
        s := h;
        for t in 0 .. 79 loop
            f := case
                when t < 20 then ((s[2] & s[3]) | ((~ s[2]) & s[4])) + 1518500249
                when t < 40 then (s[2] # s[3] # s[4]) + 1859775393
                when t < 60
                    then ((s[2] & s[3]) | (s[2] & s[4]) | (s[3] & s[4])) + 2400959708
                else (s[2] # s[3] # s[4]) + 3395469782
            end;
            x := (((s[1] << 5) | (s[1] >> 27)) & v_ones) + f + s[5] + w[t];
            s := array[
                x & v_ones, s[1], ((s[2] << 30) | (s[2] >> 2)) & v_ones, s[3], s[4]
            ];
        end loop;
        for i in 1 .. 5 loop
            h[i] := (h[i] + s[i]) & v_ones;
        end loop;
    end loop;
    return decode((select string_agg(lpad(to_hex(u), 8, '0'), '') from unnest(h) as u), 'hex');
end;
$fn$;

comment on function pbdb._sha1(bytea) is
'SHA-1, which UUIDs of version 5 are made of; for nothing that must withstand an attacker.';

revoke execute on function pbdb._sha1(bytea) from public;
