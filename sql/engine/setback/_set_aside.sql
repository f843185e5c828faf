-- drop: function pbdb._set_aside(uuid, uuid, uuid, text, text, text)
--
-- Two blocks of their own: what keeps one tenant's rows from being written must not keep the
-- others, and the note is worth keeping when the queue's row cannot be moved. Nobody is waited for.
create or replace function pbdb._set_aside(
    p_organization_id uuid,
    p_execution_id uuid,
    p_subject_id uuid,
    p_place text,
    p_sqlstate text,
    p_message text
)
returns int
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_turns int := 1;
    v_until timestamptz := clock_timestamp() + pbdb._setback_pause(1, p_sqlstate);
begin
    begin
        insert into pbdb.playbook_setbacks as s (
            organization_id, subject_id, execution_id, place, not_before, error_code,
            error_message
        )
        values (
            p_organization_id, p_subject_id, p_execution_id, p_place, v_until, p_sqlstate,
            left(p_message, 10000)
        )
        on conflict (organization_id, subject_id) do update
        set
            place = excluded.place, failed_turns = s.failed_turns + 1,
            not_before = clock_timestamp()
            + pbdb._setback_pause(s.failed_turns + 1, p_sqlstate),
            error_code = excluded.error_code, error_message = excluded.error_message,
            updated_at = clock_timestamp()
        returning s.failed_turns, s.not_before into v_turns, v_until;
    exception
        when others or query_canceled or assert_failure then
            raise warning 'execution %: that it is put aside cannot be noted: SQLSTATE %',
                p_execution_id, sqlstate;
    end;
    -- Without the message, which may carry a tenant's data: that stands in the row.
    raise warning 'execution %: % (%) is put aside until %, turn %: SQLSTATE %',
        coalesce(p_execution_id::text, 'none'), p_subject_id, p_place, v_until, v_turns,
        p_sqlstate;
    if p_place = 'report' then
        -- Its runner holds it and comes again.
        return v_turns;
    end if;
    begin
        update pbdb.playbook_ready_steps as q
        set due_at = greatest(q.due_at, v_until)
        where q.ctid = (
            select h.ctid
            from pbdb.playbook_ready_steps as h
            where
                h.organization_id = p_organization_id and h.execution_id = p_execution_id
                and h.result_id = p_subject_id
            for update skip locked
        );
        update pbdb.playbook_executions as e
        set deadline_at = greatest(e.deadline_at, v_until)
        where e.ctid = (
            select h.ctid
            from pbdb.playbook_executions as h
            where h.organization_id = p_organization_id and h.id = p_subject_id
            for update skip locked
        );
    exception
        when others or query_canceled or assert_failure then
            raise warning 'execution %: put aside, but still due: SQLSTATE %', p_execution_id,
                sqlstate;
    end;
    return v_turns;
end;
$fn$;

comment on function pbdb._set_aside(uuid, uuid, uuid, text, text, text) is
'Notes that a turn of something failed and gives it a pause; how many turns failed in a row. The '
'log has a line with the execution''s id.';

revoke execute on function pbdb._set_aside(uuid, uuid, uuid, text, text, text) from public;
