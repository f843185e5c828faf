-- drop: function pbdb._cursor_base(text)
--
-- Of a cursor the server's start is compared first: after a restore, a failover or a restart the
-- numbers may mean something else, and a watcher rather gets everything again.
create or replace function pbdb._cursor_base(p_cursor text)
returns bigint
language sql
stable
security invoker
begin atomic
    select c.base::bigint
    from (
        select
            case
                when p_cursor ~ '^[0-9a-f]{1,16}\.[0-9]{1,18}$'
                    then split_part(p_cursor, '.', 2)::numeric
            end as base,
            pg_snapshot_xmin(pg_current_snapshot())::text::numeric as oldest
    ) as c
    where
        split_part(p_cursor, '.', 1) = pbdb._server_start()
        and c.base between c.oldest - 2000000000 and c.oldest;
end;

comment on function pbdb._cursor_base(text) is
'The transaction that a cursor of get_execution_changes goes on from; null when it is none, of '
'another server, from before a restart, or two billion transactions old.';

revoke execute on function pbdb._cursor_base(text) from public;
