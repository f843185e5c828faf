-- drop: function pbdb._was_completed(pbdb.run, uuid)
create or replace function pbdb._was_completed(p_run pbdb.run, p_step_id uuid)
returns boolean
language sql
stable
security invoker
begin atomic
select
    (
        select count(*) from unnest(p_run.results) as r
        where
            r.step_id = p_step_id and r.scope_id is null
            and r.status in ('COMPLETED', 'SKIPPED')
    ) > 1
    or exists (
        select from pbdb.playbook_step_results as r
        where
            r.execution_id = p_run.execution_id and r.step_id = p_step_id and r.scope_id is null
            and r.status in ('COMPLETED', 'SKIPPED')
            and r.id not in (select e.result_id from unnest(p_run.ended) as e)
    );
end;

comment on function pbdb._was_completed(pbdb.run, uuid) is
'True when an earlier visit of this step was completed or skipped already, so that progress counts '
'it once. The latest visit is already among the results to write.';

revoke execute on function pbdb._was_completed(pbdb.run, uuid) from public;
