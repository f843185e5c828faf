-- drop: function pbdb.current_actor()
create or replace function pbdb.current_actor()
returns text
language sql
stable
parallel safe
security invoker
begin atomic
    select nullif(current_setting('pbdb.actor', true), '');
end;

comment on function pbdb.current_actor() is
'Who acts in this transaction, as set_actor was told; null for nobody in particular.';

revoke execute on function pbdb.current_actor() from public;
grant execute on function pbdb.current_actor() to pbdb_app, pbdb_worker, pbdb_monitor;
