-- drop: function pbdb._was_completed(pbdb.run, uuid, pbdb.step_result_status[])
--
-- An end is in one of three places: a row not yet written, an end not yet written, or stored.
-- What was closed before it began is SKIPPED too, and was never counted.
create or replace function pbdb._was_completed(
    p_run pbdb.run, p_step_id uuid, p_as pbdb.step_result_status[]
)
returns boolean
language sql
stable
security invoker
begin atomic
select
    (
        select count(*) from unnest(p_run.results) as r
        where r.step_id = p_step_id and r.scope_id is null and r.status = any(p_as)
    )
    + (
        select count(*)
        from unnest(p_run.ended) as e
        inner join pbdb.playbook_step_results as r on r.id = e.result_id
        where r.step_id = p_step_id and r.scope_id is null and e.status = any(p_as)
    )
    + (
        select count(*)
        from pbdb.playbook_step_results as r
        where
            r.organization_id = p_run.organization_id
            and r.execution_id = p_run.execution_id and r.step_id = p_step_id
            and r.scope_id is null
            and r.status = any(p_as) and r.started_at is not null
    ) > 1;
end;

comment on function pbdb._was_completed(pbdb.run, uuid, pbdb.step_result_status[]) is
'True when an earlier visit of this step ended as one of these already, so that progress counts '
'it once. The latest visit is among the results or ends to write.';

revoke execute on function pbdb._was_completed(pbdb.run, uuid, pbdb.step_result_status[])
from public;
