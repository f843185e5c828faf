-- drop: function pbdb._claim_key(pbdb.run, jsonb, text)
--
-- The key is written before the first step runs: a second start with the same key waits on its
-- primary key until the first commits, and then finds its execution.
create or replace function pbdb._claim_key(p_run pbdb.run, p_program jsonb, p_idempotency_key text)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_hash bytea := pbdb._input_hash(p_program ->> 'name', p_run.input);
    v_known pbdb.playbook_idempotency_keys;
begin
    if length(p_idempotency_key) not between 1 and 500 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'an idempotency key of %s characters is not between 1 and 500',
                length(p_idempotency_key)
            ),
            hint = 'Use what names the request, such as an order''s number; null for no key.';
    end if;
    loop
        insert into pbdb.playbook_idempotency_keys (
            organization_id, idempotency_key, execution_id, input_hash
        )
        values (p_run.organization_id, p_idempotency_key, p_run.execution_id, v_hash)
        on conflict do nothing;
        if found then
            p_run.idempotency_key := p_idempotency_key;
            return p_run;
        end if;

        select k.* into v_known
        from pbdb.playbook_idempotency_keys as k
        where
            k.organization_id = p_run.organization_id
            and k.idempotency_key = p_idempotency_key;
        exit when found;
    end loop;

    if v_known.input_hash <> v_hash then
        raise exception using
            errcode = 'PB007',
            message = format(
                'idempotency key "%s" was used for execution %s with another playbook or input',
                p_idempotency_key, v_known.execution_id
            ),
            hint = 'Use a new key for a new request; repeat the same request to get the same '
                'execution.';
    end if;
    p_run.execution_id := v_known.execution_id;
    p_run.threads := '{}';
    return p_run;
end;
$fn$;

comment on function pbdb._claim_key(pbdb.run, jsonb, text) is
'Ties an execution to an idempotency key; when the same request came before, gives that execution '
'with nothing to do. Raises PB007 for the same key with another request, PB017 for a key that is '
'empty or longer than 500 characters. Keys outlive their execution.';

revoke execute on function pbdb._claim_key(pbdb.run, jsonb, text) from public;
