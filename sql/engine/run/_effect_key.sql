-- drop: function pbdb._effect_key(uuid, uuid, uuid, int)
create or replace function pbdb._effect_key(
    p_execution_id uuid, p_step_id uuid, p_scope_id uuid, p_visit int
)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select md5(concat_ws('/', p_execution_id, p_step_id, p_scope_id, p_visit))::uuid::text;
end;

comment on function pbdb._effect_key(uuid, uuid, uuid, int) is
'The idempotency key of a step''s effect outside: the same for every attempt of one visit.';

revoke execute on function pbdb._effect_key(uuid, uuid, uuid, int) from public;
