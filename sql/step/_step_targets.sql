-- drop: function pbdb._step_targets(pbdb.playbook_step_type[], jsonb[])
create or replace function pbdb._step_targets(
    p_types pbdb.playbook_step_type[], p_configs jsonb[]
)
returns table (n int, path text, target text)
language sql
immutable
parallel safe
security invoker
begin atomic
    select entry.n, entry.place, entry.value #>> '{}'
    from pbdb._config_entries(p_types, p_configs) as entry
    where entry.holds = 'step' and jsonb_typeof(entry.value) = 'string';
end;

comment on function pbdb._step_targets(pbdb.playbook_step_type[], jsonb[]) is
'The steps that configs may go to, by name or id as written: the number of the config from 1, the '
'place in it, the step.';

revoke execute on function pbdb._step_targets(pbdb.playbook_step_type[], jsonb[]) from public;
