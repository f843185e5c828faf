-- drop: function pbdb._record_usage(uuid[], jsonb[], pbdb.verdict[])
create or replace function pbdb._record_usage(
    p_ids uuid[], p_usages jsonb[], p_verdicts pbdb.verdict[]
)
returns void
language sql
volatile
security invoker
begin atomic
insert into pbdb.playbook_usage (
    result_id, organization_id, execution_id, step_id, model, input_tokens, output_tokens,
    cost_usd, latency_ms, details
)
select
    r.id, r.organization_id, r.execution_id, r.step_id, left(u.usage ->> 'model', 255),
    trunc(coalesce(pbdb._usage_number(u.usage, 'input_tokens', 1e15), 0))::bigint,
    trunc(coalesce(pbdb._usage_number(u.usage, 'output_tokens', 1e15), 0))::bigint,
    pbdb._usage_number(u.usage, 'cost_usd', 99999999),
    trunc(pbdb._usage_number(u.usage, 'latency_ms', 1e15))::bigint,
    case
        when pg_column_size(u.usage) > 16384 then '{"note": "more than 16384 bytes were reported"}'
        when pbdb._value_problem(u.usage) is not null
            then jsonb_build_object('note', pbdb._value_problem(u.usage))
        else u.usage
    end
from unnest(p_ids, p_usages) as u (id, usage)
inner join unnest(p_verdicts) as v on v.step_result_id = u.id
inner join pbdb.playbook_step_results as r on r.id = u.id
where u.usage is not null and v.outcome in ('accepted', 'failed')
on conflict (organization_id, result_id) do nothing;
end;

comment on function pbdb._record_usage(uuid[], jsonb[], pbdb.verdict[]) is
'Writes the usage ledger for the reports that were accepted.';

revoke execute on function pbdb._record_usage(uuid[], jsonb[], pbdb.verdict[]) from public;
