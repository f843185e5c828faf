-- drop: function pbdb.set_actor(text, text)
--
-- Definer, because it calls what an application may not.
create or replace function pbdb.set_actor(p_actor text, p_request_id text default null)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_text('actor', p_actor, 255);
    perform pbdb._check_text('request id', p_request_id, 255);
    perform set_config('pbdb.actor', coalesce(p_actor, ''), true);
    perform set_config('pbdb.request_id', coalesce(p_request_id, ''), true);
end;
$fn$;

comment on function pbdb.set_actor(text, text) is
'Says who acts for the rest of this transaction, in the words of whoever signs people in (the '
'subject of a token, a mail address, the name of a service), and the id of the request for logs. '
'Kept with what is defined, started, answered and steered, and in the audit. Null or empty: nobody '
'in particular. pbdb believes the application; the login is kept beside. Raises PB017 over 255 '
'characters.';

revoke execute on function pbdb.set_actor(text, text) from public;
grant execute on function pbdb.set_actor(text, text) to pbdb_app, pbdb_worker;
