-- drop: function pbdb.due_triggers(int)
--
-- Definer: runners serve every tenant and have no right on any table.
create or replace function pbdb.due_triggers(p_limit int default 100)
returns table (
    organization_id uuid, trigger_id uuid, schedule text, time_zone text, due_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
    select t.organization_id, t.id, t.schedule, t.time_zone, t.next_fire_at
    from pbdb.playbook_triggers as t
    where
        t.kind = 'schedule' and t.is_enabled
        and coalesce(t.next_fire_at, '-infinity') <= clock_timestamp()
        and not exists (
            select from pbdb.playbook_setbacks as s
            where
                s.organization_id = t.organization_id and s.subject_id = t.id
                and s.not_before > clock_timestamp()
        )
    order by t.next_fire_at nulls first
    limit case when p_limit < 0 then 0 else p_limit end;
$fn$;

comment on function pbdb.due_triggers(int) is
'Schedules whose time has come, and new ones (due_at null) whose first time nobody has worked out; '
'a runner computes the next time and calls fire_trigger.';

revoke execute on function pbdb.due_triggers(int) from public;
grant execute on function pbdb.due_triggers(int) to pbdb_worker;
