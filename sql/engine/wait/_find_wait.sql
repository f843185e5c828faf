-- drop: function pbdb._find_wait(pbdb.run, jsonb, text)
--
-- The execution is locked, so what is found here still waits when it is answered. In a for_each
-- several items may wait at the same step: the oldest is answered first, or "name[index]" picks
-- one.
create or replace function pbdb._find_wait(
    p_run pbdb.run,
    p_program jsonb,
    p_step_name text,
    out result_id uuid,
    out step_index int,
    out waits_for text,
    out config jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_name text := regexp_replace(p_step_name, '\[\d+\]$', '');
    v_item int := substring(p_step_name from '\[(\d+)\]$');
begin
    select q.result_id, q.step_index, q.waits_for, (d.step -> 'config') || coalesce(r.request, '{}')
    into result_id, step_index, waits_for, config
    from pbdb.playbook_ready_steps as q
    inner join pbdb.playbook_step_results as r on r.id = q.result_id
    left join pbdb.playbook_scopes as s
        on s.organization_id = r.organization_id and s.id = r.scope_id
    cross join lateral (select p_program -> 'steps' -> q.step_index as step) as d
    where
        q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
        and q.state = 'WAITING'
        and q.waits_for in ('INPUT', 'LOST')
        and d.step ->> 'name' in (p_step_name, v_name)
        and (v_item is null or s.item_index = v_item)
    order by q.result_id
    limit 1;
    if result_id is null then
        raise exception using
            errcode = 'PB023',
            message = format(
                'step "%s" of execution %s (%s) is not waiting for an answer', p_step_name,
                p_run.execution_id, p_run.status
            ),
            hint = coalesce(
                'Waiting now: ' || (
                    select string_agg(p_program -> 'steps' -> q.step_index ->> 'name', ', ')
                    from pbdb.playbook_ready_steps as q
                    where
                        q.organization_id = p_run.organization_id
                        and q.execution_id = p_run.execution_id and q.state = 'WAITING'
                ),
                'Nothing of this execution waits for an answer; the late answer changed nothing.'
            );
    end if;
end;
$fn$;

comment on function pbdb._find_wait(pbdb.run, jsonb, text) is
'The attempt of a step that waits for a person, with its resolved config. Raises PB023 when there '
'is none.';

revoke execute on function pbdb._find_wait(pbdb.run, jsonb, text) from public;
