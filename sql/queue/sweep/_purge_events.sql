-- drop: function pbdb._purge_events(int)
create or replace function pbdb._purge_events(p_limit int)
returns int
language sql
volatile
security invoker
begin atomic
with receipts as (
    delete from pbdb.playbook_event_receipts as r
    where
        (r.organization_id, r.event_id, r.execution_id, r.step_id) in (
            select g.organization_id, g.event_id, g.execution_id, g.step_id
            from pbdb.playbook_event_receipts as g
            where g.purge_at <= (select clock_timestamp())
            order by g.purge_at
            limit p_limit
            for update skip locked
        )
        and r.purge_at <= (select clock_timestamp())
),
events as (
    delete from pbdb.playbook_events as e
    where (e.organization_id, e.id) in (
        select g.organization_id, g.id
        from pbdb.playbook_events as g
        where g.purge_at <= (select clock_timestamp())
        order by g.purge_at
        limit p_limit
        for update skip locked
    )
    returning e.id
)
select count(*)::int from events;
end;

comment on function pbdb._purge_events(int) is
'Removes up to p_limit events whose time is over, and as many receipts; gives how many events.';

revoke execute on function pbdb._purge_events(int) from public;
