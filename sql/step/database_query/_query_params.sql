-- drop: function pbdb._query_params(jsonb)
create or replace function pbdb._query_params(p_params jsonb)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if jsonb_typeof(coalesce(p_params, '[]')) <> 'array' or jsonb_array_length(p_params) > 20 then
        raise exception using
            errcode = 'PB024',
            message = format(
                'params is not an array of at most 20 values: %s', left(p_params::text, 200)
            ),
            hint = 'Pass more values as one JSON parameter and take it apart with jsonb functions.';
    end if;
    return array(
        select p.value #>> '{}'
        from jsonb_array_elements(coalesce(p_params, '[]')) with ordinality as p (value, n)
        order by p.n
    );
end;
$fn$;

comment on function pbdb._query_params(jsonb) is
'The values of $1…$20 as text: strings as they are, null as null, everything else as JSON.';

revoke execute on function pbdb._query_params(jsonb) from public;
