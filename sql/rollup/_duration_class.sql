-- drop: function pbdb._duration_class(bigint)
create or replace function pbdb._duration_class(p_duration_ms bigint)
returns int
language sql
immutable
parallel safe
security invoker
return case
    when p_duration_ms is null then -1
    else floor(4 * ln(greatest(p_duration_ms, 1)::float8) / ln(2::float8))
end::int;

comment on function pbdb._duration_class(bigint) is
'In which class of a roll-up a duration is: four to each doubling, so that a percentile is off by '
'at most a tenth; -1 for none.';

revoke execute on function pbdb._duration_class(bigint) from public;
