-- drop: function pbdb._step_index(jsonb, uuid)
create or replace function pbdb._step_index(p_program jsonb, p_step_id uuid)
returns int
language sql
immutable
parallel safe
security invoker
begin atomic
select (s.value ->> 'i')::int
from jsonb_array_elements(p_program -> 'steps') as s
where (s.value ->> 'id')::uuid = p_step_id;
end;

comment on function pbdb._step_index(jsonb, uuid) is
'Where a step stands in a compiled program; null when it is not of that playbook.';

revoke execute on function pbdb._step_index(jsonb, uuid) from public;
