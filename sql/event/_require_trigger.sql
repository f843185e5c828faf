-- drop: function pbdb._require_trigger(text)
create or replace function pbdb._require_trigger(p_name text)
returns pbdb.playbook_triggers
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_trigger pbdb.playbook_triggers;
begin
    select t.* into v_trigger
    from pbdb.playbook_triggers as t
    where t.organization_id = pbdb.require_organization() and t.name = p_name
    for no key update;

    if not found then
        raise exception using
            errcode = 'PB004',
            message = format('there is no trigger "%s"', pbdb._shown(p_name)),
            hint = 'select name from pbdb.list_triggers() lists them; define_trigger makes one.';
    end if;
    return v_trigger;
end;
$fn$;

comment on function pbdb._require_trigger(text) is
'Locks a trigger of the tenant. Raises PB001, PB004.';

revoke execute on function pbdb._require_trigger(text) from public;
