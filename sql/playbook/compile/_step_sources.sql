-- drop: function pbdb._step_sources(text[], jsonb[])
create or replace function pbdb._step_sources(p_reads text[], p_steps jsonb[])
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        jsonb_agg(jsonb_build_array(name.name, step.step -> 'i') order by name.name), '[]'
    )
    from unnest(p_reads) as name (name)
    inner join unnest(p_steps) as step (step)
        on name.name in (
            format('step_%s_output', step.step ->> 'order'), 'steps.' || (step.step ->> 'name')
        );
end;

comment on function pbdb._step_sources(text[], jsonb[]) is
'The step outputs among the names that expressions read: [["step_1_output", index], '
'["steps.qualify", index]]. Names that no step has are left out; validation reports them.';

revoke execute on function pbdb._step_sources(text[], jsonb[]) from public;
