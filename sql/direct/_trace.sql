-- drop: function pbdb._trace(uuid)
create or replace function pbdb._trace(p_execution_id uuid)
returns jsonb
language sql
stable
security invoker
begin atomic
select jsonb_agg(t.entry order by t.at, t.id)
from (
    select
        r.created_at as at, r.id,
        jsonb_build_object(
            'step_name', s.step_name, 'branch', c.branch, 'item_index', c.item_index,
            'status', r.status, 'visit', r.visit, 'attempt_number', r.attempt_number,
            'input_data', r.input_data, 'output_data', r.output_data,
            'error_code', r.error_code, 'error_message', r.error_message
        ) as entry
    from pbdb.playbook_executions as e
    inner join pbdb.playbook_step_results as r
        on r.organization_id = e.organization_id and r.execution_id = e.id
    inner join pbdb.playbook_steps as s on s.id = r.step_id
    left join pbdb.playbook_scopes as c
        on c.organization_id = r.organization_id and c.id = r.scope_id
    where e.id = p_execution_id
    union all
    select
        'infinity', e.id,
        jsonb_build_object(
            'status', e.status, 'input_data', e.input_data, 'output_data', e.output_data,
            'error_code', e.error_code, 'error_message', e.error_message
        )
    from pbdb.playbook_executions as e
    where e.id = p_execution_id
) as t;
end;

comment on function pbdb._trace(uuid) is
'Every attempt of an execution in order, then the execution itself, as a JSON array.';

revoke execute on function pbdb._trace(uuid) from public;
