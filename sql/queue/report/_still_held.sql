-- drop: function pbdb._still_held(pbdb.claimed_step[])
create or replace function pbdb._still_held(p_claims pbdb.claimed_step[])
returns pbdb.claimed_step[]
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
select array(
    select c
    from unnest(p_claims) as c
    where exists (
        select from pbdb.playbook_ready_steps as q
        where
            q.organization_id = c.organization_id and q.execution_id = c.execution_id
            and q.result_id = c.step_result_id
            and q.token = c.token
    )
);
$fn$;

comment on function pbdb._still_held(pbdb.claimed_step[]) is
'Those of the steps just leased that the same call did not close again: in a family, the end of '
'one execution closes steps of others.';

revoke execute on function pbdb._still_held(pbdb.claimed_step[]) from public;
