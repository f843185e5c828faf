-- drop: function pbdb._check_memory_search(text, real[], integer, real, jsonb, text)
create or replace function pbdb._check_memory_search(
    p_query text, p_embedding real[], p_limit int, p_threshold real, p_filter jsonb, p_mode text
)
returns void
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text := case
        when p_mode is null or p_mode not in ('vector', 'text', 'hybrid')
            then format('mode is "%s", not vector, text or hybrid', pbdb._shown(p_mode))
        when p_mode <> 'text' and p_embedding is null
            then format('mode "%s" needs an embedding', p_mode)
        when p_mode <> 'vector' and coalesce(btrim(p_query), '') = ''
            then format('mode "%s" needs a query', p_mode)
        when length(p_query) > 262144
            then format('the query has %s characters, the limit is 262144', length(p_query))
        when cardinality(p_embedding) > 16000
            then format(
                'the embedding has %s numbers, the limit is 16000', cardinality(p_embedding)
            )
        when p_limit is null or p_limit not between 1 and 1000
            then format('limit is %s, not 1 to 1000', p_limit)
        when p_threshold not between -1 and 1
            then format('threshold is %s, not -1 to 1', p_threshold)
        when p_filter is null or jsonb_typeof(p_filter) <> 'object'
            then format('filter is %s, not an object', coalesce(jsonb_typeof(p_filter), 'null'))
        else 'the filter is refused: ' || pbdb._value_problem(p_filter)
    end;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'PB017',
            message = 'memory search: ' || v_problem,
            hint = 'vector needs p_embedding, text needs p_query, hybrid both; see docs/memory.md.';
    end if;
end;
$fn$;

comment on function pbdb._check_memory_search(text, real[], integer, real, jsonb, text) is
'Raises PB017 when a memory search is asked for with arguments that do not make one.';

revoke execute on function pbdb._check_memory_search(
    text, real[], integer, real, jsonb, text
) from public;
