-- drop: function pbdb._order_issues(uuid)
--
-- Only steps that stand later, or around the reader, are asked about: of those before it nearly all
-- can have run, and the search costs a walk through the playbook for each. Longer than a screen
-- because both searches walk the same graph.
create or replace function pbdb._order_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with recursive edges as materialized (
        select edge.* from pbdb._flow_edges(p_playbook_id) as edge
    ),

    around (id, outer_id) as (
        select step.id, step.parent_step_id
        from pbdb.playbook_steps as step
        where step.playbook_id = p_playbook_id and step.parent_step_id is not null
        union all
        select around.id, step.parent_step_id
        from around
        inner join pbdb.playbook_steps as step on around.outer_id = step.id
        where step.parent_step_id is not null
    ),

    reads as materialized (
        select distinct read.step_id, read.path, read.root, read.is_plain, read.source_id
        from pbdb._playbook_reads(p_playbook_id) as read
        where read.root in ('steps', 'error')
    ),

    asked as materialized (
        select read.step_id, read.path, read.source_id, source.step_name
        from reads as read
        inner join pbdb.playbook_steps as source on read.source_id = source.id
        inner join pbdb.playbook_steps as reader on read.step_id = reader.id
        where
            source.step_order >= reader.step_order
            or (reader.id, source.id) in (select around.id, around.outer_id from around)
    ),

    reached (source_id, id) as (
        select sources.id, edges.to_id
        from (
            select distinct asked.source_id as id from asked order by asked.source_id limit 50
        ) as sources
        inner join edges on sources.id = edges.from_id
        union
        select reached.source_id, edges.to_id
        from reached
        inner join edges on reached.id = edges.from_id
    ),

    after_failure (id) as (
        select edges.to_id from edges where edges.kind = 'failure'
        union
        select edges.to_id
        from after_failure
        inner join edges on after_failure.id = edges.from_id
    )

    select
        'warning', asked.step_id, 'STEP_NOT_YET_RUN', asked.path,
        format('%s cannot have run when this is read', asked.step_name),
        'Its output is null here. Read a step that leads to this one, or change the order.'
    from asked
    where
        asked.source_id in (select reached.source_id from reached)
        and (asked.source_id, asked.step_id) not in (select * from reached)
        or not exists (select from edges where edges.from_id = asked.source_id)
    union all
    select
        'warning', reads.step_id, 'ERROR_NOT_SET', reads.path,
        '$error is read where no failure leads',
        'It is null here. A step that on_failure names, and what follows it, can read it.'
    from reads
    where
        reads.root = 'error' and not reads.is_plain
        and case
            when reads.step_id is null then not exists (select from after_failure)
            else reads.step_id not in (select after_failure.id from after_failure)
        end;
end;

comment on function pbdb._order_issues(uuid) is
'Warnings about steps whose output is read where they cannot have run yet (STEP_NOT_YET_RUN): '
'nothing leads from them to the reader, or they are around it; and about $error where no failure '
'leads (ERROR_NOT_SET).';

revoke execute on function pbdb._order_issues(uuid) from public;
