-- drop: function pbdb.list_triggers(text, text, text, integer, text)
create or replace function pbdb.list_triggers(
    p_kind text default null,
    p_playbook_name text default null,
    p_after text default null,
    p_limit int default 100,
    p_name text default null
)
returns table (
    name varchar(255),
    trigger_id uuid,
    playbook_name varchar(255),
    kind text,
    schedule text,
    time_zone text,
    event_name text,
    event_match jsonb,
    input_data jsonb,
    is_enabled boolean,
    next_fire_at timestamptz,
    last_fired_at timestamptz,
    last_error text,
    created_at timestamptz,
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
            message = format('cannot list %s triggers', coalesce(p_limit::text, 'null')),
            hint = 'Pass 1 to 1000; for the next page pass p_after = the last name.';
    end if;

    return query
    select
        t.name, t.id, t.playbook_name, t.kind, t.schedule, t.time_zone, t.event_name,
        t.event_match, t.input_data, t.is_enabled, t.next_fire_at, t.last_fired_at, t.last_error,
        t.created_at, t.updated_at
    from pbdb.playbook_triggers as t
    where
        t.organization_id = pbdb.current_organization_id()
        and (p_name is null or t.name = p_name)
        and (p_kind is null or t.kind = p_kind)
        and (p_playbook_name is null or t.playbook_name = p_playbook_name)
        and (p_after is null or t.name > p_after)
    order by t.name
    limit p_limit;
end;
$fn$;

comment on function pbdb.list_triggers(text, text, text, int, text) is
'The triggers of the tenant by name: all, those of a kind (schedule, event), of a playbook, or one '
'by its name, with when each fires next, fired last, and why it could not (null: it could). At '
'most p_limit (1 to 1000); the next page is the same call with p_after = the last name. Raises '
'PB017 on another limit.';

revoke execute on function pbdb.list_triggers(text, text, text, int, text) from public;
grant execute on function pbdb.list_triggers(text, text, text, int, text) to pbdb_app;
