-- drop: function pbdb._nodes_in_cycles(int[], int[], int)
--
-- Tarjan's algorithm: each edge is looked at once, however many cycles there are. A loop over a
-- stack of its own, because sets walk the same edges again for each pair of steps. Longer than a
-- screen because it is one loop over one state.
create or replace function pbdb._nodes_in_cycles(p_from int[], p_to int[], p_nodes int)
returns int[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    -- Where the edges of a node begin, and the one that is next for it; p_from is in order.
    v_next int[] := array_fill(null::int, array[p_nodes]);
    v_seen int[] := array_fill(0, array[p_nodes]);
    v_low int[] := array_fill(0, array[p_nodes]);
    v_is_open boolean[] := array_fill(false, array[p_nodes]);
    v_path int[] := array_fill(0, array[p_nodes + 1]);
    v_open int[] := array_fill(0, array[p_nodes + 1]);
    v_depth int := 0;
    v_count int := 0;
    v_clock int := 0;
    v_node int;
    v_edge int;
    v_to int;
    v_member int;
    v_is_cycle boolean;
    v_found int[] := '{}';
begin
    for i in reverse coalesce(cardinality(p_from), 0) .. 1 loop
        v_next[p_from[i]] := i;
    end loop;
    for v_root in 1 .. p_nodes loop
        continue when v_seen[v_root] > 0;
        v_depth := 1;
        v_path[1] := v_root;
        while v_depth > 0 loop
            v_node := v_path[v_depth];
            if v_seen[v_node] = 0 then
                v_clock := v_clock + 1;
                v_seen[v_node] := v_clock;
                v_low[v_node] := v_clock;
                v_count := v_count + 1;
                v_open[v_count] := v_node;
                v_is_open[v_node] := true;
            end if;
            v_edge := v_next[v_node];
            if p_from[v_edge] = v_node then
                v_next[v_node] := v_edge + 1;
                v_to := p_to[v_edge];
                if v_to = v_node then
                    v_found := v_found || v_node;
                elsif v_seen[v_to] = 0 then
                    v_depth := v_depth + 1;
                    v_path[v_depth] := v_to;
                elsif v_is_open[v_to] then
                    v_low[v_node] := least(v_low[v_node], v_seen[v_to]);
                end if;
                continue;
            end if;
            if v_low[v_node] = v_seen[v_node] then
                v_is_cycle := v_open[v_count] <> v_node;
                loop
                    v_member := v_open[v_count];
                    v_count := v_count - 1;
                    v_is_open[v_member] := false;
                    if v_is_cycle then
                        v_found := v_found || v_member;
                    end if;
                    exit when v_member = v_node;
                end loop;
            end if;
            v_depth := v_depth - 1;
            if v_depth > 0 then
                v_low[v_path[v_depth]] := least(v_low[v_path[v_depth]], v_low[v_node]);
            end if;
        end loop;
    end loop;
    return v_found;
end;
$fn$;

comment on function pbdb._nodes_in_cycles(int[], int[], int) is
'The nodes 1 to p_nodes of a graph that can be reached from themselves, some perhaps twice. '
'p_from and p_to are the ends of its edges, in the order of p_from.';

revoke execute on function pbdb._nodes_in_cycles(int[], int[], int) from public;
