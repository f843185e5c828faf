-- drop: function pbdb._put_event_aside(uuid, uuid, text, text)
create or replace function pbdb._put_event_aside(
    p_organization_id uuid, p_event_id uuid, p_sqlstate text, p_message text
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if pbdb._set_aside(
        p_organization_id, null, p_event_id, 'event', p_sqlstate, p_message
    ) >= 5 then
        begin
            update pbdb.playbook_events as e
            set expires_at = clock_timestamp()
            where e.organization_id = p_organization_id and e.id = p_event_id;
        exception
            when others or query_canceled or assert_failure then
                raise warning 'event % stays: SQLSTATE %', p_event_id, sqlstate;
        end;
    end if;
end;
$fn$;

comment on function pbdb._put_event_aside(uuid, uuid, text, text) is
'Gives a kept event a pause that could not be delivered; after five turns it is delivered no more.';

revoke execute on function pbdb._put_event_aside(uuid, uuid, text, text) from public;
