-- drop: function pbdb._forget_seed(text)
--
-- The one thing a query can do to a session that no transaction undoes: with setseed it would
-- choose what random() gives the next one who asks. A name can be put together for set_config.
create or replace function pbdb._forget_seed(p_query text)
returns void
language sql
volatile
begin atomic
select setseed(('x' || left(gen_random_uuid()::text, 8))::bit(32)::int / 2147483648.0)
where p_query ~* 'setseed|set_config';
end;

comment on function pbdb._forget_seed(text) is
'Gives random() a new seed that nobody knows, after a query that may have chosen one.';

revoke execute on function pbdb._forget_seed(text) from public;
