-- drop: function pbdb._is_time(text)
--
-- Without a zone, or with the day before the month, a text means what the session that happens to
-- read it was set to. pg_input_is_valid says whether there is such a day.
create or replace function pbdb._is_time(p_text text)
returns boolean
language sql
stable
strict
parallel safe
begin atomic
select
    p_text ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?) ?(Z|z|[+-]\d\d(:?\d\d)?)$'
    and pg_input_is_valid(replace(p_text, ',', '.'), 'timestamptz');
end;

comment on function pbdb._is_time(text) is
'Whether a text is a point in time that every session reads alike: ISO 8601 with a zone. Null for '
'null.';

revoke execute on function pbdb._is_time(text) from public;
