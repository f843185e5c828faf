-- drop: function pbdb._check_embedding(real[], pbdb.embedding_models)
create or replace function pbdb._check_embedding(
    p_embedding real[], p_model pbdb.embedding_models
)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text;
begin
    if cardinality(p_embedding) <> p_model.dimensions then
        raise exception using
            errcode = 'PB020',
            message = format(
                'the embedding has %s dimensions, model "%s" has %s',
                cardinality(p_embedding), p_model.name, p_model.dimensions
            ),
            hint = 'Name the model that made the vector (p_model), or embed the text again.';
    end if;

    select case
        when bool_or(u.x is null or u.x in ('NaN', 'Infinity', '-Infinity'))
            then 'is not all finite numbers'
        when bool_and(u.x = 0) then 'is all zeros and so has no direction'
    end
    into v_problem
    from unnest(p_embedding) as u (x);

    if v_problem is not null then
        raise exception using
            errcode = 'PB020',
            message = 'the embedding ' || v_problem,
            hint = 'Check the embedder; an empty text often gives such a vector.';
    end if;
end;
$fn$;

comment on function pbdb._check_embedding(real[], pbdb.embedding_models) is
'Raises PB020 unless the vector has the model''s length, finite numbers and a direction.';

revoke execute on function pbdb._check_embedding(real[], pbdb.embedding_models) from public;
