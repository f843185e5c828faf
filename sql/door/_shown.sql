-- drop: function pbdb._shown(text)
create or replace function pbdb._shown(p_text text)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select case when length(p_text) > 100 then left(p_text, 100) || '…' else p_text end;
end;

comment on function pbdb._shown(text) is
'What an error shows of a text that somebody passed: its first 100 characters.';

revoke execute on function pbdb._shown(text) from public;
