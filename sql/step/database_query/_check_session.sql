-- drop: function pbdb._check_session(text[], text[])
create or replace function pbdb._check_session(p_before text[], p_after text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_changed text;
begin
    if p_before is not distinct from p_after then
        return;
    end if;
    select string_agg(coalesce(state.name, 'temporary objects'), ', ') into v_changed
    from unnest(pbdb._session_settings(), p_before, p_after) as state (name, old_value, value)
    where state.old_value is distinct from state.value;
    raise exception using
        errcode = 'PB022',
        message = format('the query changed its session: %s', v_changed),
        hint = 'A step leaves nothing behind but rows. A function or trigger that sets something '
            'must say so in its own definition: alter function … set …';
end;
$fn$;

comment on function pbdb._check_session(text[], text[]) is
'Raises PB022 unless _session_state() said the same before and after a query.';

revoke execute on function pbdb._check_session(text[], text[]) from public;
