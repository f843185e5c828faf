-- drop: function pbdb.list_playbooks(text, pbdb.playbook_status, text, text, text, integer, text)
--
-- Longer than a screen because of its columns.
create or replace function pbdb.list_playbooks(
    p_search text default null,
    p_status pbdb.playbook_status default null,
    p_category text default null,
    p_tag text default null,
    p_after text default null,
    p_limit int default 50,
    p_name text default null
)
returns table (
    name varchar(255),
    description text,
    category varchar(100),
    tags text[],
    agent_id uuid,
    active_playbook_id uuid,
    active_version int,
    activated_at timestamptz,
    draft_playbook_id uuid,
    draft_version int,
    latest_playbook_id uuid,
    latest_version int,
    latest_status pbdb.playbook_status,
    version_count int,
    execution_count bigint,
    completed_count bigint,
    failed_count bigint,
    running_count bigint,
    success_rate numeric,
    last_execution_at timestamptz,
    updated_at timestamptz
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception using
            errcode = 'PB017',
            message = format('cannot list %s playbooks', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 1000; for the next page pass p_after = the last name.';
    end if;

    return query
    with named as (
        select
            p.name,
            (array_agg(p.id order by p.version desc) filter (where p.status = 'ACTIVE'))[1]
            as active_id,
            (array_agg(p.id order by p.version desc) filter (where p.status = 'DRAFT'))[1]
            as draft_id,
            (array_agg(p.id order by p.version desc))[1] as latest_id,
            array_agg(p.id) as ids,
            max(p.updated_at) as updated_at
        from pbdb.playbooks as p
        where
            p.organization_id = pbdb.current_organization_id()
            and (p_name is null or p.name = p_name)
            and (p_after is null or p.name > p_after)
        group by p.name
        having p_status is null or bool_or(p.status = p_status)
    ),

    page as (
        select named.*, shown.description, shown.category, shown.tags, shown.agent_id
        from named
        inner join pbdb.playbooks as shown
            on coalesce(named.active_id, named.latest_id) = shown.id
        where
            (p_category is null or shown.category = p_category)
            and (p_tag is null or shown.tags @> array[p_tag])
            and (
                p_search is null
                or position(lower(p_search) in lower(shown.name)) > 0
                or position(lower(p_search) in lower(shown.description)) > 0
            )
        order by named.name
        limit p_limit
    )

    select
        page.name, page.description, page.category, page.tags, page.agent_id, a.id, a.version,
        a.activated_at, d.id, d.version, l.id, l.version, l.status, cardinality(page.ids),
        c.executions, c.completed, c.failed, c.running,
        coalesce(round(c.completed::numeric / nullif(c.executions, 0) * 100, 2), 0),
        c.last_created_at,
        page.updated_at
    from page
    inner join pbdb.playbooks as l on page.latest_id = l.id
    left join pbdb.playbooks as a on page.active_id = a.id
    left join pbdb.playbooks as d on page.draft_id = d.id
    cross join lateral (
        select
            sum(n.execution_count)::bigint as executions,
            sum(n.completed_count)::bigint as completed,
            sum(n.failed_count)::bigint as failed,
            sum(n.running_count)::bigint as running,
            max(n.last_created_at) as last_created_at
        from pbdb.playbook_execution_counts as n
        where n.playbook_id = any(page.ids)
    ) as c
    order by page.name;
end;
$fn$;

comment on function pbdb.list_playbooks(
    text, pbdb.playbook_status, text, text, text, int, text
) is
'The playbooks of the tenant by name, one row each: the newest ACTIVE version, the draft (newest '
'DRAFT) and the newest version of any status, and how the executions of all versions went '
'(success_rate in percent of all, as get_playbook_execution_summary). Description, category, tags '
'and agent are the ACTIVE version''s, or the newest one''s. Filters: a text in name or description '
'(case does not matter), a status that some version has, category, tag, one name exactly. At most '
'p_limit (1 to 1000); the next page is the same call with p_after = the last name. Raises PB017 on '
'another limit.';

revoke execute on function pbdb.list_playbooks(
    text, pbdb.playbook_status, text, text, text, int, text
) from public;
grant execute on function pbdb.list_playbooks(
    text, pbdb.playbook_status, text, text, text, int, text
) to pbdb_app;
