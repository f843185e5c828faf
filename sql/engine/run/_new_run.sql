-- drop: function pbdb._new_run(uuid, jsonb, jsonb)
create or replace function pbdb._new_run(p_organization_id uuid, p_program jsonb, p_input jsonb)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_run pbdb.run;
begin
    v_run.execution_id := pbdb.uuid_v7();
    v_run.organization_id := p_organization_id;
    v_run.playbook_id := p_program ->> 'playbook_id';
    v_run.is_new := true;
    v_run.status := 'RUNNING';
    v_run.trigger_source := 'api';
    v_run.input := p_input;
    v_run.started_at := clock_timestamp();
    v_run.completed_steps := 0;
    v_run.total_steps := (p_program ->> 'total_steps')::int;
    v_run.is_revisiting := false;
    v_run.deadline_at := v_run.started_at
        + interval '1 second' * (p_program ->> 'timeout_seconds')::int;
    v_run.depth := 0;
    v_run.metadata := '{}';
    v_run.known := '{}';
    v_run.visits := '{}';
    v_run.threads := array[pbdb._new_thread(null, (p_program ->> 'first')::int)];
    v_run.results := '{}';
    v_run.ready := '{}';
    v_run.ended := '{}';
    v_run.calls := '{}';
    v_run.cancels := '{}';
    return v_run;
end;
$fn$;

comment on function pbdb._new_run(uuid, jsonb, jsonb) is
'An execution that begins now at the first step; nothing is written yet.';

revoke execute on function pbdb._new_run(uuid, jsonb, jsonb) from public;
