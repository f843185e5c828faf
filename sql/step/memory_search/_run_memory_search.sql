-- drop: function pbdb._run_memory_search(uuid, jsonb, jsonb, real[])
create or replace function pbdb._run_memory_search(
    p_organization_id uuid, p_config jsonb, p_input jsonb, p_embedding real[]
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_mode text := coalesce(p_config ->> 'mode', 'vector');
    v_query jsonb := coalesce(
        nullif(p_config -> 'query', 'null'),
        case when jsonb_typeof(p_input) = 'object' then nullif(p_input -> 'query', 'null') end
    );
    v_embedding real[];
    v_results jsonb;
begin
    perform pbdb._check_memory_config(p_config, v_query, v_mode);

    if v_mode <> 'text' then
        v_embedding := coalesce(
            case
                when jsonb_typeof(p_config -> 'embedding') = 'array'
                    then array(select jsonb_array_elements_text(p_config -> 'embedding')::real)
            end,
            p_embedding
        );
        if v_embedding is null then
            raise exception using
                errcode = 'PB024',
                message = format(
                    'MEMORY_SEARCH: mode %s needs an embedding, or a query that a runner embeds',
                    v_mode
                ),
                hint = 'Set config.query or input.query for a runner that embeds; or mode text.';
        end if;
    end if;

    select jsonb_agg(
        jsonb_build_object(
            'id', s.id, 'content', s.content, 'similarity', s.similarity,
            'metadata',
            jsonb_build_object('timestamp', s.created_at, 'source', s.source) || s.metadata
        )
    )
    into v_results
    from pbdb._search_memories(
        p_organization_id, v_query #>> '{}', v_embedding, p_config ->> 'model',
        (p_config ->> 'agent_id')::uuid, coalesce((p_config ->> 'limit')::numeric::int, 10),
        round((p_config ->> 'threshold')::numeric, 6)::real,
        coalesce(nullif(p_config -> 'filter', 'null'), '{}'), v_mode
    ) as s;

    return jsonb_build_object(
        'results', coalesce(v_results, '[]'),
        'results_count', coalesce(jsonb_array_length(v_results), 0),
        'query', v_query
    );
end;
$fn$;

comment on function pbdb._run_memory_search(uuid, jsonb, jsonb, real[]) is
'The output of a MEMORY_SEARCH step: {results: [{id, content, similarity, metadata}], '
'results_count, query}. config.query wins over input.query, config.embedding over the runner''s. '
'metadata is the memory''s, with timestamp and source unless it has its own. Raises PB024 '
'(config), PB017 (model), PB020 (dimensions).';

revoke execute on function pbdb._run_memory_search(uuid, jsonb, jsonb, real[]) from public;
