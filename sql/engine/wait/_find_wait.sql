-- drop: function pbdb._find_wait(pbdb.run, jsonb, text)
--
-- The execution is locked, so what is found here still waits when it is answered. Items of a
-- for_each wait under one name: an answer that fits several of them is refused, as it would be
-- somebody else's. Longer than a screen because each way to find none has a sentence of its own.
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
    v_name text := regexp_replace(p_step_name, '(\[\d+\])+$', '');
    v_items text := substring(p_step_name from '((\[\d+\])+)$');
    v_found record;
begin
    select
        (array_agg(i.result_id order by i.is_exact desc))[1] as result_id,
        bool_or(i.is_exact) or count(*) = 1 as is_clear, count(*) as count,
        string_agg(i.address, ', ' order by i.result_id) filter (where i.n <= 20)
            as addresses
    into v_found
    from (
        select
            w.result_id, w.address, w.address = p_step_name as is_exact,
            row_number() over (order by w.result_id) as n
        from pbdb._open_waits(p_run, p_program) as w
        where
            w.waits_for in ('INPUT', 'LOST')
            and (
                p_step_name in (w.address, w.step_name)
                or w.step_name = v_name and right(w.address, length(v_items)) = v_items
            )
    ) as i;
    if not v_found.is_clear then
        raise exception using
            errcode = 'PB017',
            message = format(
                '"%s" of execution %s fits %s waits', pbdb._shown(p_step_name), p_run.execution_id,
                v_found.count
            ),
            hint = format(
                'Say which: %s%s', v_found.addresses,
                case when v_found.count > 20 then ', …' end
            );
    end if;
    select q.result_id, q.step_index, q.waits_for, (d.step -> 'config') || coalesce(r.request, '{}')
    into result_id, step_index, waits_for, config
    from pbdb.playbook_ready_steps as q
    inner join pbdb.playbook_step_results as r
        on r.organization_id = q.organization_id and r.id = q.result_id
    cross join lateral (select p_program -> 'steps' -> q.step_index as step) as d
    where
        q.organization_id = p_run.organization_id and q.execution_id = p_run.execution_id
        and q.result_id = v_found.result_id;
    if result_id is null then
        raise exception using
            errcode = 'PB023',
            message = format(
                'step "%s" of execution %s (%s) is not waiting for an answer',
                pbdb._shown(p_step_name), p_run.execution_id, p_run.status
            ),
            hint = coalesce(
                'Waiting now: ' || (
                    select string_agg(w.address, ', ' order by w.result_id)
                    from (
                        select w.address, w.result_id
                        from pbdb._open_waits(p_run, p_program) as w
                        order by w.result_id
                        limit 20
                    ) as w
                ),
                'Nothing of this execution waits for an answer; the late answer changed nothing.'
            );
    end if;
end;
$fn$;

comment on function pbdb._find_wait(pbdb.run, jsonb, text) is
'The attempt of a step that waits for a person, with its resolved config. Raises PB023 when there '
'is none, PB017 with the list when several fit the name.';

revoke execute on function pbdb._find_wait(pbdb.run, jsonb, text) from public;
