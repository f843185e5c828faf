-- drop: view pbdb.playbook_inbox
--
-- Starts from the hot table, whose waiting rows are few, so it stays quick however long the
-- history.
create or replace view pbdb.playbook_inbox
with (security_invoker = true)
as
select
    q.organization_id,
    q.execution_id,
    q.result_id as step_result_id,
    p.id as playbook_id,
    p.name as playbook_name,
    p.version as playbook_version,
    e.execution_name,
    s.step_name,
    pbdb.step_address(q.organization_id, s.step_name, r.scope_id) as step_address,
    c.branch,
    c.item_index,
    case
        when q.waits_for = 'LOST'
            then format(
                '%s, and nobody knows whether step "%s" had its effect. '
                'Answer {"retry": true}, {"output": …} or {"fail": true}.',
                coalesce(r.error_message, format('Runner %s vanished', r.worker)), s.step_name
            )
        else w.config ->> 'prompt'
    end as prompt,
    case when q.waits_for <> 'LOST' then w.config -> 'schema' end as answer_schema,
    w.config -> 'data' as data,
    coalesce(w.config -> 'assignees', '[]') as assignees,
    q.event_name,
    coalesce(r.started_at, r.created_at) as waiting_since,
    case when isfinite(q.due_at) then q.due_at end as times_out_at,
    case q.waits_for when 'INPUT' then 'answer' when 'EVENT' then 'event' else 'decision' end
        as waits_for
from pbdb.playbook_ready_steps as q
inner join pbdb.playbook_step_results as r on q.result_id = r.id
inner join pbdb.playbook_steps as s on r.step_id = s.id
inner join pbdb.playbook_executions as e on q.execution_id = e.id
inner join pbdb.playbooks as p on e.playbook_id = p.id
left join pbdb.playbook_scopes as c on r.organization_id = c.organization_id and r.scope_id = c.id
cross join lateral (select s.config || coalesce(r.request, '{}') as config) as w
where q.state = 'WAITING' and q.waits_for in ('INPUT', 'EVENT', 'LOST');

comment on view pbdb.playbook_inbox is
'What waits for whom: one row for each step that waits for an answer, an event or a decision. '
'Answer with submit_step_input(execution_id, step_address, answer).';
comment on column pbdb.playbook_inbox.organization_id is 'Tenant.';
comment on column pbdb.playbook_inbox.execution_id is 'The execution that waits.';
comment on column pbdb.playbook_inbox.step_result_id is 'The attempt that waits.';
comment on column pbdb.playbook_inbox.playbook_id is 'The playbook version.';
comment on column pbdb.playbook_inbox.playbook_name is 'Its name.';
comment on column pbdb.playbook_inbox.playbook_version is 'Its version number.';
comment on column pbdb.playbook_inbox.execution_name is 'Name of the execution; null for none.';
comment on column pbdb.playbook_inbox.step_name is 'The step that waits.';
comment on column pbdb.playbook_inbox.step_address is
'The step with the positions of the items that it is in, the outermost first, such as ask[1]: what '
'submit_step_input takes for this wait and no other.';
comment on column pbdb.playbook_inbox.branch is
'Branch of a parallel step that it is in; null outside.';
comment on column pbdb.playbook_inbox.item_index is
'Position of the item that it works on, from 0; null outside a for_each.';
comment on column pbdb.playbook_inbox.prompt is 'What to ask the person; null for nothing.';
comment on column pbdb.playbook_inbox.answer_schema is
'JSON Schema that the answer must fit; null: any answer.';
comment on column pbdb.playbook_inbox.data is
'What to show the person along with the prompt; null for nothing.';
comment on column pbdb.playbook_inbox.assignees is 'Who may answer; [] for everybody.';
comment on column pbdb.playbook_inbox.event_name is
'Event that ends the wait; null when an answer does.';
comment on column pbdb.playbook_inbox.waiting_since is 'When the wait began.';
comment on column pbdb.playbook_inbox.times_out_at is
'When the wait takes its failure path; null: never.';

comment on column pbdb.playbook_inbox.waits_for is
'answer: of a person; event: emit_playbook_event; decision: a runner vanished, and the step says '
'on_lost: wait, so that a person has to say what became of it. Answers and decisions come '
'with submit_step_input.';

revoke all on pbdb.playbook_inbox
from public, pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;
grant select on pbdb.playbook_inbox to pbdb_app, pbdb_monitor;
