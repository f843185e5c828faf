-- drop: function pbdb._checked_source(text)
create or replace function pbdb._checked_source(p_trigger_source text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if coalesce(p_trigger_source, '') not in ('manual', 'api', 'scheduled', 'event', 'webhook') then
        raise exception using
            errcode = 'PB017',
            message = format('trigger source "%s" is not known', pbdb._shown(p_trigger_source)),
            hint = 'Use manual, api, scheduled, event or webhook.';
    end if;
    return p_trigger_source;
end;
$fn$;

comment on function pbdb._checked_source(text) is
'The trigger source given, or PB017.';

revoke execute on function pbdb._checked_source(text) from public;
