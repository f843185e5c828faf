-- drop: function pbdb._branch_always_leads(jsonb)
create or replace function pbdb._branch_always_leads(p_config jsonb)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        coalesce(
            jsonb_typeof(p_config -> 'default') = 'string'
            or (
                not p_config ? 'default'
                and (p_config ? 'false_branch' or p_config @? '$.branches[*].false_branch')
            ), false
        )
        and not p_config @? '$.branches[*] ? (!exists(@.then))';
end;

comment on function pbdb._branch_always_leads(jsonb) is
'Whether a CONDITIONAL_BRANCH names a step whatever its conditions give, by its canonical config.';

revoke execute on function pbdb._branch_always_leads(jsonb) from public;
