-- drop: function pbdb._may_be_sent_twice(jsonb)
create or replace function pbdb._may_be_sent_twice(p_config jsonb)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        upper(coalesce(p_config ->> 'method', 'GET')) not in ('POST', 'PATCH')
        or coalesce(p_config -> 'idempotent' = 'true', false);
end;

comment on function pbdb._may_be_sent_twice(jsonb) is
'Whether a request whose answer nobody has can be sent again without harm: by its method, or '
'because the config of the API_CALL says that it is idempotent.';

revoke execute on function pbdb._may_be_sent_twice(jsonb) from public;
