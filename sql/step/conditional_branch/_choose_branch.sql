-- drop: function pbdb._choose_branch(jsonb, jsonb, jsonb)
--
-- A loop, because the first condition that holds spares the others.
create or replace function pbdb._choose_branch(p_config jsonb, p_input jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_branches constant jsonb := coalesce(
        p_config -> 'branches',
        case when p_config ? 'operator' then jsonb_build_array(p_config) end
    );
    v_variables constant jsonb := pbdb._with_step_input(
        v_branches::text, p_input, p_variables
    );
    v_branch jsonb;
    v_target text := p_config ->> 'default';
begin
    if jsonb_typeof(v_branches) is distinct from 'array' then
        raise exception using
            errcode = 'PB024',
            message = format(
                'a CONDITIONAL_BRANCH step has no list of branches: %s', left(p_config::text, 200)
            ),
            hint = 'Give it branches: [{when, then}] and default.';
    end if;
    for i in 0 .. jsonb_array_length(v_branches) - 1 loop
        v_branch := v_branches -> i;
        if pbdb._condition_holds(
            case when v_branch ? 'when' then v_branch -> 'when' else v_branch end,
            v_variables, p_input
        ) then
            return jsonb_build_object(
                'matched', coalesce(v_branch -> 'name', to_jsonb(i)),
                'branch_to', v_branch ->> 'then'
            );
        end if;
        if not p_config ? 'default' then
            v_target := coalesce(v_branch ->> 'false_branch', v_target);
        end if;
    end loop;
    return jsonb_build_object('matched', null, 'branch_to', v_target);
end;
$fn$;

comment on function pbdb._choose_branch(jsonb, jsonb, jsonb) is
'{matched, branch_to} for a CONDITIONAL_BRANCH step: the name (else the position from 0) of the '
'first branch whose condition holds and the step it leads to. When none holds, matched is null and '
'branch_to the default, else the last false_branch, else null. Raises PB024 without branches.';

revoke execute on function pbdb._choose_branch(jsonb, jsonb, jsonb) from public;
