-- drop: function pbdb._visit_key(uuid, int)
create or replace function pbdb._visit_key(p_scope_id uuid, p_step int)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
select coalesce(p_scope_id::text, '') || '/' || p_step;
end;

comment on function pbdb._visit_key(uuid, int) is
'Key of a step in a scope in the visits of a run.';

revoke execute on function pbdb._visit_key(uuid, int) from public;
