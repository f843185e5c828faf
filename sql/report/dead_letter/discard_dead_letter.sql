-- drop: function pbdb.discard_dead_letter(uuid, text)
--
-- Definer: apps change executions only through functions.
create or replace function pbdb.discard_dead_letter(p_execution_id uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if coalesce(btrim(p_reason), '') = '' then
        raise exception using
            errcode = 'PB017',
            message = format('no reason was given for discarding execution %s', p_execution_id),
            hint = 'Say why: it is kept with the execution.';
    end if;
    perform pbdb._check_text('reason', p_reason, 10000);
    perform pbdb._require_dead_letter(p_execution_id);
    update pbdb.playbook_executions as e
    set
        metadata = case when jsonb_typeof(e.metadata) = 'object' then e.metadata else '{}' end
        || jsonb_build_object('dead_letter', jsonb_build_object(
            'failed_at', extract(epoch from e.completed_at),
            'discarded_at', clock_timestamp(),
            'reason', p_reason
        )),
        updated_at = clock_timestamp()
    where e.id = p_execution_id;
    perform pbdb._audit(
        pbdb.require_organization(), 'dead_letter.discard', p_execution_id, null, p_reason
    );
end;
$fn$;

comment on function pbdb.discard_dead_letter(uuid, text) is
'Puts a dead letter aside: it stays FAILED, with the reason in its metadata, and is no longer '
'listed. Raises PB004, PB008 when it is no dead letter (any more), PB017 without a reason.';

revoke execute on function pbdb.discard_dead_letter(uuid, text) from public;
grant execute on function pbdb.discard_dead_letter(uuid, text) to pbdb_app;
