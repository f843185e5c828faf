-- drop: function pbdb._steps_inside(jsonb, int)
create or replace function pbdb._steps_inside(p_program jsonb, p_index int)
returns int
language sql
immutable
parallel safe
security invoker
begin atomic
with recursive inside as (
    select (s.value ->> 'i')::int as i
    from jsonb_array_elements(p_program -> 'steps') as s
    where (s.value ->> 'scope')::int = p_index
    union
    select (s.value ->> 'i')::int
    from inside
    inner join jsonb_array_elements(p_program -> 'steps') as s
        on (s.value ->> 'scope')::int = inside.i
)
select count(*)::int from inside;
end;

comment on function pbdb._steps_inside(jsonb, int) is
'Number of steps inside a PARALLEL_EXECUTION step, nested ones included: what its completion adds '
'to completed_steps.';

revoke execute on function pbdb._steps_inside(jsonb, int) from public;
