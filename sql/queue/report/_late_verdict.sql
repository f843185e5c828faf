-- drop: function pbdb._late_verdict(uuid, boolean, bigint, bigint)
create or replace function pbdb._late_verdict(
    p_id uuid, p_has_token boolean, p_known_hash bigint, p_hash bigint
)
returns pbdb.verdict
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_has_token and p_known_hash = p_hash then
        return row(p_id, 'repeated', null, null)::pbdb.verdict;
    end if;
    if p_has_token and p_known_hash is not null then
        return row(
            p_id, 'conflict', 'PB003',
            format('attempt %s was already reported with another result, which stands', p_id)
        )::pbdb.verdict;
    end if;
    return row(
        p_id, 'stale', 'PB002',
        format('attempt %s is not held with this token; discard the result', p_id)
    )::pbdb.verdict;
end;
$fn$;

comment on function pbdb._late_verdict(uuid, boolean, bigint, bigint) is
'The verdict for a report about an attempt that is not held: repeated, conflict or stale.';

revoke execute on function pbdb._late_verdict(uuid, boolean, bigint, bigint) from public;
