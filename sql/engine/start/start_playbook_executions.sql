-- drop: function pbdb.start_playbook_executions(uuid, jsonb[], text[])
--
-- Definer: apps may read executions and change them only through functions.
create or replace function pbdb.start_playbook_executions(
    p_playbook_id uuid, p_inputs jsonb[], p_idempotency_keys text[] default null
)
returns setof uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    perform pbdb._check_count('inputs', coalesce(cardinality(p_inputs), 0), 50000);
    if p_idempotency_keys is not null
        and cardinality(p_idempotency_keys) <> cardinality(p_inputs) then
        raise exception using
            errcode = 'PB017',
            message = format(
                '%s inputs but %s idempotency keys', cardinality(p_inputs),
                cardinality(p_idempotency_keys)
            ),
            hint = 'Give one key for each input, null where there is none, or no keys at all.';
    end if;
    return query
    select unnest(pbdb._start_runs(
        pbdb._startable_program(v_organization_id, p_playbook_id), v_organization_id,
        coalesce(p_inputs, '{}'), p_idempotency_keys, null, 'api', null, '{}'
    ));
end;
$fn$;

comment on function pbdb.start_playbook_executions(uuid, jsonb[], text[]) is
'Starts an execution for each input, all or none, and gives their ids in order; far cheaper than '
'one call each. Raises as start_playbook_execution does.';

revoke execute on function pbdb.start_playbook_executions(uuid, jsonb[], text[]) from public;
grant execute on function pbdb.start_playbook_executions(uuid, jsonb[], text[]) to pbdb_app;
