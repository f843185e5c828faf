-- drop: function pbdb._check_same_length(uuid[], anyarray)
create or replace function pbdb._check_same_length(p_ids uuid[], p_others anyarray)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_count('step results', cardinality(p_ids));
    if coalesce(cardinality(p_ids), -1) <> coalesce(cardinality(p_others), -2)
        or array_ndims(p_others) > 1 then
        raise exception using
            errcode = 'PB017',
            message = format(
                '%s step results but %s values', coalesce(cardinality(p_ids), 0),
                coalesce(cardinality(p_others), 0)
            ),
            hint = 'Pass arrays of the same length, one entry for each attempt.';
    end if;
end;
$fn$;

comment on function pbdb._check_same_length(uuid[], anyarray) is
'Raises PB017 when two parallel arrays differ in length or one is null.';

revoke execute on function pbdb._check_same_length(uuid[], anyarray) from public;
