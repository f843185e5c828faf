-- drop: function pbdb._shown(text, int)
create or replace function pbdb._shown(p_text text, p_most int default 100)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select case when length(p_text) > p_most then left(p_text, p_most) || '…' else p_text end;
end;

comment on function pbdb._shown(text, int) is
'What an error shows of a text that somebody passed: its first p_most characters.';

revoke execute on function pbdb._shown(text, int) from public;
