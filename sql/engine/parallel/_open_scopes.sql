-- drop: function pbdb._open_scopes(pbdb.run, jsonb, pbdb.playbook_joins)
create or replace function pbdb._open_scopes(
    p_run pbdb.run, p_program jsonb, p_join pbdb.playbook_joins
)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_step jsonb := p_program -> 'steps' -> p_join.step_index;
    v_window int[] := array(select w from pbdb._window(p_join, v_step) as w);
    v_items jsonb;
    v_threads pbdb.thread[];
begin
    -- Taken out once: reading one item out of the stored array unpacks the whole array.
    select r.request -> 'for_each' into v_items
    from pbdb.playbook_step_results as r
    where r.id = p_join.result_id;

    with opened as (
        insert into pbdb.playbook_scopes (
            id, organization_id, execution_id, parent_result_id, path, branch, item_index, item
        )
        select
            n.id, p_run.organization_id, p_run.execution_id, p_join.result_id,
            coalesce(o.path, '{}') || n.id, coalesce(b.branch ->> 'name', 'item'),
            case when b.branch is null then n.index end, v_items -> n.index
        from (
            select w.index, pbdb.uuid_v7() as id
            from unnest(v_window) as w (index)
        ) as n
        cross join lateral (select v_step -> 'branches' -> n.index as branch) as b
        left join pbdb.playbook_scopes as o
            on o.organization_id = p_join.organization_id and o.id = p_join.scope_id
        returning id, item_index, branch
    )
    -- The last thread is taken first, so the first branch goes to the end.
    select array_agg(
        pbdb._new_thread(
            o.id,
            case
                when o.item_index is not null then (v_step ->> 'body')::int
                else (
                    select (b.value ->> 'first')::int
                    from jsonb_array_elements(v_step -> 'branches') as b
                    where b.value ->> 'name' = o.branch
                )
            end
        )
        order by o.id desc
    )
    into v_threads
    from opened as o;

    update pbdb.playbook_joins as j
    set
        open_count = j.open_count + cardinality(v_window),
        next_index = coalesce(v_window[cardinality(v_window)] + 1, j.total)
    where
        j.organization_id = p_join.organization_id and j.execution_id = p_join.execution_id
        and j.result_id = p_join.result_id;

    p_run.threads := p_run.threads || v_threads;
    return p_run;
end;
$fn$;

comment on function pbdb._open_scopes(pbdb.run, jsonb, pbdb.playbook_joins) is
'Opens as many branches or items of a join as its window has room for, in order.';

revoke execute on function pbdb._open_scopes(pbdb.run, jsonb, pbdb.playbook_joins) from public;
