-- drop: function pbdb._output_limit()
create or replace function pbdb._output_limit()
returns int
language sql
stable
parallel safe
security invoker
begin atomic
select least(
    coalesce(nullif(current_setting('pbdb.max_output_bytes', true), '')::int, 1048576), 16777216
);
end;

comment on function pbdb._output_limit() is
'Largest step output kept, bytes: the setting pbdb.max_output_bytes, 1 MiB by default, never above '
'16 MiB.';

revoke execute on function pbdb._output_limit() from public;
