-- drop: function pbdb._steer_each(text, uuid[], text)
--
-- All are locked first, in the order of the engine, so that two of these calls do not wait for each
-- other in a circle. A loop, because each is tried for itself: what pbdb refuses is said in its row
-- and undone; whatever else goes wrong is the caller's.
create or replace function pbdb._steer_each(p_verb text, p_execution_ids uuid[], p_argument text)
returns table (execution_id uuid, outcome text, code text, message text, hint text)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
#variable_conflict use_column
declare
    v_organization_id uuid := pbdb.require_organization();
begin
    if p_execution_ids is null or cardinality(p_execution_ids) > 500 then
        raise exception using
            errcode = 'PB017',
            message = format(
                'cannot %s %s executions', p_verb,
                coalesce(cardinality(p_execution_ids)::text, 'null')
            ),
            hint = 'Pass an array of at most 500 ids; do the others in another call.';
    end if;
    perform e.id
    from pbdb.playbook_executions as e
    where
        e.organization_id = v_organization_id
        and e.id in (
            select unnest(array[x.root_execution_id, x.id])
            from pbdb.playbook_executions as x
            where x.organization_id = v_organization_id and x.id = any(p_execution_ids)
        )
    order by coalesce(e.root_execution_id, e.id), e.depth, e.id
    for update;

    for execution_id in
        select distinct u.id from unnest(p_execution_ids) as u (id) order by u.id
    loop
        outcome := 'done';
        code := null;
        message := null;
        hint := null;
        begin
            case p_verb
                when 'cancel'
                    then perform pbdb.cancel_playbook_execution(execution_id, p_argument);
                when 'retry'
                    then perform pbdb.retry_playbook_execution(execution_id, p_argument);
                when 'requeue' then perform pbdb.requeue_dead_letter(execution_id);
                when 'discard'
                    then perform pbdb.discard_dead_letter(execution_id, p_argument);
            end case;
        exception
            when others then
                if sqlstate !~ '^PB' then
                    raise;
                end if;
                outcome := 'refused';
                code := sqlstate;
                get stacked diagnostics message = message_text, hint = pg_exception_hint;
        end;
        return next;
    end loop;
end;
$fn$;

comment on function pbdb._steer_each(text, uuid[], text) is
'Cancels, retries, requeues or discards executions one after the other; a row each. Raises PB001, '
'and PB017 for more than 500.';

revoke execute on function pbdb._steer_each(text, uuid[], text) from public;
