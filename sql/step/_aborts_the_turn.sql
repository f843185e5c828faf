-- drop: function pbdb._aborts_the_turn(text)
--
-- A list of what is *not* the step's: what a document can raise is without number.
create or replace function pbdb._aborts_the_turn(p_sqlstate text)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
select
    left(p_sqlstate, 2) in ('08', '40', '53', '55', '57', '58', 'XX') and p_sqlstate <> '53400';
end;

comment on function pbdb._aborts_the_turn(text) is
'True for the errors that say nothing about the step that ran: connection, deadlock, resources, '
'locks, an operator, the system, PostgreSQL itself. They undo the turn of their execution; every '
'other error is the step''s own.';

revoke execute on function pbdb._aborts_the_turn(text) from public;
