-- drop: function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid, jsonb)
--
-- Measured on two cores, 384 dimensions: exact costs 1.3 ms a thousand, signatures 0.2, so exact until ten
-- thousand. A graph over all tenants loses recall when the tenant's share of it is small (0.8 at five per cent),
-- so it must be a tenth. Counting stops where the answer is known.
create or replace function pbdb._memory_search_path(
    p_organization_id uuid, p_model pbdb.embedding_models, p_agent_id uuid, p_filter jsonb
)
returns text
language plpgsql
stable
security invoker
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set max_parallel_workers_per_gather = 0
as $fn$
declare
    v_rows constant text :=
        'select count(*) from (select from pbdb.agent_memory_embeddings as e where %s limit $6) as bounded';
    v_statement text := format(v_rows, pbdb._memory_conditions(p_agent_id, '{}'));
    v_graph_rows real;
    v_count bigint;
begin
    execute v_statement into v_count
    using null::real[], p_organization_id, p_model.name, p_agent_id, p_filter, 10001;
    if v_count <= 10000 then
        return 'exact';
    end if;
    -- A filter is tested after the graph, and most graph rows might fail it.
    if p_filter <> '{}' then
        return 'signature';
    end if;
    if pbdb._memory_graph_rows(p_model.name, p_organization_id) is not null then
        return 'graph';
    end if;

    v_graph_rows := pbdb._memory_graph_rows(p_model.name, null);
    if v_graph_rows is null then
        return 'signature';
    end if;
    execute v_statement into v_count
    using
        null::real[], p_organization_id, p_model.name, p_agent_id, p_filter,
        least(v_graph_rows / 10, 100000)::int;
    return case when v_count >= least(v_graph_rows / 10, 100000)::int then 'graph' else 'signature' end;
end;
$fn$;

comment on function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid, jsonb) is
'How to find the nearest memories of an organization: exact, signature or graph.';

revoke execute on function pbdb._memory_search_path(uuid, pbdb.embedding_models, uuid, jsonb) from public;
