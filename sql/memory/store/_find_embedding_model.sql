-- drop: function pbdb._find_embedding_model(text, boolean)
create or replace function pbdb._find_embedding_model(
    p_model text, p_is_required boolean default true
)
returns pbdb.embedding_models
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_model pbdb.embedding_models;
begin
    if p_model is null then
        select m.* into v_model
        from pbdb.embedding_models as m
        where m.is_default or (select count(*) = 1 from pbdb.embedding_models)
        order by m.is_default desc
        limit 1;
    else
        select m.* into v_model from pbdb.embedding_models as m where m.name = p_model;
    end if;

    if v_model.name is null and (p_is_required or p_model is not null) then
        raise exception using
            errcode = 'PB017',
            message = case
                when p_model is null then 'no embedding model is named and none is the default'
                else format('embedding model "%s" is not registered', pbdb._shown(p_model))
            end,
            hint = 'Register it: select pbdb.register_embedding_model(''<name>'', <size>, true).';
    end if;
    return v_model;
end;
$fn$;

comment on function pbdb._find_embedding_model(text, boolean) is
'The registered model of this name; without a name the default, or the only one, or (if none is '
'required) null. Raises PB017 when there is none.';

revoke execute on function pbdb._find_embedding_model(text, boolean) from public;
