-- drop: function pbdb._claim_key(pbdb.run, jsonb, text)
--
-- The row is written before the first step runs: a second start with the same key waits on the
-- unique index until the first commits, and then finds its execution.
create or replace function pbdb._claim_key(p_run pbdb.run, p_program jsonb, p_idempotency_key text)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_hash text := encode(
        sha256(convert_to((p_program ->> 'name') || p_run.input::text, 'UTF8')), 'hex'
    );
    v_known_id uuid;
    v_known_hash text;
begin
    loop
        select e.id, e.input_hash into v_known_id, v_known_hash
        from pbdb.playbook_executions as e
        where
            e.organization_id = p_run.organization_id
            and e.idempotency_key = p_idempotency_key;
        exit when found;

        insert into pbdb.playbook_executions (
            id, playbook_id, organization_id, execution_name, status, triggered_by,
            trigger_source, input_data, started_at, total_steps, deadline_at, idempotency_key,
            input_hash, metadata
        )
        values (
            p_run.execution_id, p_run.playbook_id, p_run.organization_id, p_run.execution_name,
            'RUNNING', p_run.triggered_by, p_run.trigger_source, p_run.input, p_run.started_at,
            p_run.total_steps, p_run.deadline_at, p_idempotency_key, v_hash, p_run.metadata
        )
        on conflict (organization_id, idempotency_key) where idempotency_key is not null
        do nothing;
        if found then
            p_run.is_new := false;
            return p_run;
        end if;
    end loop;

    if v_known_hash <> v_hash then
        raise exception using
            errcode = 'PB007',
            message = format(
                'idempotency key "%s" was used for execution %s with another playbook or input',
                p_idempotency_key, v_known_id
            ),
            hint = 'Use a new key for a new request; repeat the same request to get the same '
                'execution.';
    end if;
    p_run.execution_id := v_known_id;
    p_run.threads := '{}';
    return p_run;
end;
$fn$;

comment on function pbdb._claim_key(pbdb.run, jsonb, text) is
'Ties an execution to an idempotency key; when the same request came before, gives that execution '
'with nothing to do. Raises PB007 for the same key with another request. Keys live as long as '
'their execution.';

revoke execute on function pbdb._claim_key(pbdb.run, jsonb, text) from public;
