-- drop: function pbdb._note_firing(uuid, uuid, text)
create or replace function pbdb._note_firing(
    p_organization_id uuid, p_trigger_id uuid, p_error text
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    update pbdb.playbook_triggers as t
    set last_fired_at = clock_timestamp(), last_error = p_error
    where t.ctid = (
        select h.ctid
        from pbdb.playbook_triggers as h
        where h.organization_id = p_organization_id and h.id = p_trigger_id
        for no key update skip locked
    );
exception
    when others or assert_failure then
        raise warning 'that trigger % fired cannot be noted: SQLSTATE %', p_trigger_id, sqlstate;
end;
$fn$;

comment on function pbdb._note_firing(uuid, uuid, text) is
'Notes that an event''s trigger fired, and why it could not (null: it could); not while somebody '
'else notes it.';

revoke execute on function pbdb._note_firing(uuid, uuid, text) from public;
