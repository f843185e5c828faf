-- drop: function pbdb.register_embedding_model(text, integer, boolean, real)
--
-- Definer: a runner announces the model it embeds with, and has no right to the table.
create or replace function pbdb.register_embedding_model(
    p_name text,
    p_dimensions int,
    p_is_default boolean default false,
    p_default_threshold real default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_dimensions int;
begin
    insert into pbdb.embedding_models (name, dimensions, default_threshold)
    values (p_name, p_dimensions, coalesce(p_default_threshold, 0.7))
    on conflict (name) do update
    set default_threshold = coalesce(p_default_threshold, embedding_models.default_threshold)
    returning embedding_models.dimensions into v_dimensions;

    if v_dimensions <> p_dimensions then
        raise exception using
            errcode = 'PB020',
            message = format(
                'embedding model "%s" is registered with %s dimensions, not %s',
                pbdb._shown(p_name), v_dimensions, p_dimensions
            ),
            hint = 'Register the other size under another name; both can be used side by side.';
    end if;

    if p_is_default then
        update pbdb.embedding_models as m
        set is_default = false
        where m.is_default and m.name <> p_name;
        update pbdb.embedding_models as m
        set is_default = true
        where not m.is_default and m.name = p_name;
    end if;
exception
    when check_violation or not_null_violation then
        raise exception using
            errcode = 'PB017',
            message = format(
                'embedding model "%s" with %s dimensions and threshold %s cannot be registered',
                pbdb._shown(p_name), p_dimensions, p_default_threshold
            ),
            hint = 'Name: letters, digits, ._:/@+-; dimensions 1 to 16000; threshold -1 to 1.';
end;
$fn$;

comment on function pbdb.register_embedding_model(text, integer, boolean, real) is
'Makes an embedding model known. The same again changes only what is given; another size under a '
'known name raises PB020, arguments out of range PB017.';

revoke execute on function pbdb.register_embedding_model(text, integer, boolean, real) from public;
grant execute on function pbdb.register_embedding_model(text, integer, boolean, real)
to pbdb_worker;
