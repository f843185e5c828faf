-- drop: function pbdb._waits(text, text, uuid, integer, text[], uuid)
--
-- A loop, because the hot table is in the order of the list and does not know who may answer: waits
-- are read 200 at a time, until there are enough.
create or replace function pbdb._waits(
    p_assignee text,
    p_playbook_name text,
    p_after_id uuid,
    p_limit int,
    p_waits_for text[],
    p_execution_id uuid
)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid := pbdb.current_organization_id();
    v_after_id uuid := coalesce(p_after_id, '00000000-0000-0000-0000-000000000000');
    v_waiting uuid[];
    v_found uuid[] := '{}';
begin
    loop
        v_waiting := array(
            select q.result_id
            from pbdb.playbook_ready_steps as q
            where
                q.organization_id = v_organization_id
                and q.state = 'WAITING'
                and q.result_id > v_after_id
                and (p_execution_id is null or q.execution_id = p_execution_id)
            order by q.result_id
            limit 200
        );
        v_found := v_found || array(
            select i.step_result_id
            from pbdb.playbook_inbox as i
            where
                i.organization_id = v_organization_id
                and i.step_result_id = any(v_waiting)
                and (p_waits_for is null or i.waits_for = any(p_waits_for))
                and (p_playbook_name is null or i.playbook_name = p_playbook_name)
                and (p_assignee is null or i.assignees = '[]' or i.assignees ? p_assignee)
            order by i.step_result_id
            limit p_limit - cardinality(v_found)
        );
        exit when cardinality(v_waiting) < 200 or cardinality(v_found) >= p_limit;
        v_after_id := v_waiting[200];
    end loop;
    return v_found;
end;
$fn$;

comment on function pbdb._waits(text, text, uuid, int, text[], uuid) is
'Attempts of the tenant that wait for somebody or something, the oldest first: for one assignee, '
'of one playbook, after one id, of some kinds, of one execution; null for any.';

revoke execute on function pbdb._waits(text, text, uuid, int, text[], uuid) from public;
