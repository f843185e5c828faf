-- drop: function pbdb._document_steps(jsonb)
--
-- Longer than a screen because it is one statement over the whole document.
create or replace function pbdb._document_steps(p_document jsonb)
returns table (
    path text, parent_path text, branch text, depth int, natural_order int, step_order int,
    step jsonb
)
language sql
immutable
parallel safe
security invoker
begin atomic
    with recursive walk (path, parent_path, branch, depth, place, step) as (
        select
            format('steps[%s]', item.position - 1),
            null::text,
            null::text,
            1,
            array[item.position],
            item.value
        from jsonb_array_elements(
            case
                when jsonb_typeof(p_document -> 'steps') = 'array' then p_document -> 'steps'
                else '[]'
            end
        ) with ordinality as item (value, position)
        union all
        select
            walk.path || list.path || format('[%s]', item.position - 1),
            walk.path,
            list.branch,
            walk.depth + 1,
            walk.place || list.position || item.position,
            item.value
        from walk
        cross join lateral (
            select '.branches' || pbdb._path_key(entry.key), entry.key, entry.position, entry.value
            from jsonb_each(
                case
                    when jsonb_typeof(walk.step -> 'branches') = 'object'
                        then walk.step -> 'branches'
                    else '{}'
                end
            ) with ordinality as entry (key, value, position)
            union all
            select '.steps', 'item', 0, walk.step -> 'steps'
        ) as list (path, branch, position, steps)
        cross join lateral jsonb_array_elements(
            case when jsonb_typeof(list.steps) = 'array' then list.steps else '[]' end
        ) with ordinality as item (value, position)
        where walk.depth <= 20
    )

    select
        walk.path,
        walk.parent_path,
        walk.branch,
        walk.depth,
        row_number() over (order by walk.place)::int,
        case
            when pbdb._field_issue('integer', 0, 1000000, walk.step -> 'order') is null
                and jsonb_typeof(walk.step -> 'order') = 'number'
                then (walk.step ->> 'order')::numeric
            else row_number() over (order by walk.place)
        end::int,
        walk.step
    from walk;
end;

comment on function pbdb._document_steps(jsonb) is
'The steps of a document, depth first, however malformed: place in the document, the place of the'
' PARALLEL_EXECUTION step around it and the branch, its depth-first position from 1, the order it'
' asks for or gets, and the step as written.';

revoke execute on function pbdb._document_steps(jsonb) from public;
