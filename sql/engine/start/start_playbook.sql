-- drop: function pbdb.start_playbook(text, jsonb, text, text, text, uuid, jsonb)
--
-- Definer: apps may read executions and change them only through functions.
create or replace function pbdb.start_playbook(
    p_name text,
    p_input jsonb default '{}',
    p_idempotency_key text default null,
    p_execution_name text default null,
    p_trigger_source text default 'api',
    p_triggered_by uuid default null,
    p_metadata jsonb default '{}'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_organization_id uuid := pbdb._acting_organization();
begin
    return (pbdb._start_runs(
        pbdb._require_program(v_organization_id, p_name), v_organization_id, array[p_input],
        array[p_idempotency_key], p_execution_name, pbdb._checked_source(p_trigger_source),
        p_triggered_by, p_metadata
    ))[1];
end;
$fn$;

comment on function pbdb.start_playbook(text, jsonb, text, text, text, uuid, jsonb) is
'Starts the latest ACTIVE version of a playbook by name; otherwise as start_playbook_execution.';

revoke execute on function pbdb.start_playbook(
    text, jsonb, text, text, text, uuid, jsonb
) from public;
grant execute on function pbdb.start_playbook(text, jsonb, text, text, text, uuid, jsonb)
to pbdb_app, pbdb_query;
