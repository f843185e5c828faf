-- drop: function pbdb._refuse_report(uuid, uuid, text, text, boolean)
create or replace function pbdb._refuse_report(
    p_id uuid, p_token uuid, p_sqlstate text, p_message text, p_used_its_time boolean
)
returns pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_execution_id uuid;
    v_code text;
begin
    select q.execution_id into v_execution_id
    from pbdb.playbook_step_results as r
    inner join pbdb.playbook_ready_steps as q
        on
            q.organization_id = r.organization_id and q.execution_id = r.execution_id
            and q.result_id = r.id
    where r.id = p_id and q.token = p_token;
    if not found then
        return pbdb._late_verdict(p_id, false, null, null);
    end if;
    v_code := pbdb._fail_turn(
        v_execution_id, p_id, 'report', p_sqlstate, p_message, p_used_its_time
    );
    return row(
        p_id, case when v_code is null then 'refused' else 'failed' end,
        coalesce(v_code, p_sqlstate), left(p_message, 1000)
    )::pbdb.verdict;
end;
$fn$;

comment on function pbdb._refuse_report(uuid, uuid, text, text, boolean) is
'The verdict for a report that could not be written: refused, and it may come again; after five '
'times, or when the error is its own, the step has failed.';

revoke execute on function pbdb._refuse_report(uuid, uuid, text, text, boolean) from public;
