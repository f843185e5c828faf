-- drop: function pbdb.list_inbox(text, text, uuid, integer, text[], uuid)
--
-- Definer with an explicit tenant, because it calls a helper that nobody else may.
create or replace function pbdb.list_inbox(
    p_assignee text default null,
    p_playbook_name text default null,
    p_after_id uuid default null,
    p_limit int default 50,
    p_waits_for text[] default '{answer,decision}',
    p_execution_id uuid default null
)
returns table (
    step_result_id uuid,
    execution_id uuid,
    playbook_id uuid,
    playbook_name varchar(255),
    playbook_version int,
    execution_name varchar(255),
    step_name varchar(255),
    step_address text,
    branch varchar(255),
    item_index int,
    waits_for text,
    prompt text,
    answer_schema jsonb,
    data jsonb,
    assignees jsonb,
    event_name text,
    waiting_since timestamptz,
    times_out_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_page(p_limit, 'waits', 'p_after_id = the last step_result_id');

    return query
    select
        i.step_result_id, i.execution_id, i.playbook_id, i.playbook_name, i.playbook_version,
        i.execution_name, i.step_name, i.step_address, i.branch, i.item_index, i.waits_for,
        i.prompt, i.answer_schema, i.data, i.assignees, i.event_name, i.waiting_since,
        i.times_out_at
    from pbdb.playbook_inbox as i
    where
        i.organization_id = pbdb.current_organization_id()
        and i.step_result_id = any(
            pbdb._waits(
                p_assignee, p_playbook_name, p_after_id, p_limit, p_waits_for, p_execution_id
            )
        )
    order by i.step_result_id;
end;
$fn$;

comment on function pbdb.list_inbox(text, text, uuid, int, text[], uuid) is
'What waits for an answer or a decision of a person, the oldest first: everything, or what '
'p_assignee may answer (what names nobody included), of one playbook, of one execution. '
'p_waits_for: answer, decision, event; null for all three. At most p_limit (1 to 1000); the next '
'page is the same call with p_after_id = the last step_result_id. Answer with '
'submit_step_input(execution_id, step_address, answer). Raises PB017 on another limit.';

revoke execute on function pbdb.list_inbox(text, text, uuid, int, text[], uuid) from public;
grant execute on function pbdb.list_inbox(text, text, uuid, int, text[], uuid) to pbdb_app;
