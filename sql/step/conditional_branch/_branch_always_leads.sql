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
            or (not p_config ? 'default' and jsonb_path_exists(
                p_config, '$.**{0 to 2} ? (exists(@.falseBranch) || exists(@.false_branch))'
            )), false
        )
        and not jsonb_path_exists(
            p_config,
            '$.keyvalue() ? (@.key == "branches" || @.key == "conditions").value[*] ? (
                !exists(@.then) && !exists(@.trueBranch) && !exists(@.true_branch)
            )'
        );
end;

comment on function pbdb._branch_always_leads(jsonb) is
'Whether a CONDITIONAL_BRANCH names a step whatever its conditions give, so that its own next '
'step is never taken.';

revoke execute on function pbdb._branch_always_leads(jsonb) from public;
