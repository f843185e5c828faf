-- drop: function pbdb._join_error(pbdb.playbook_joins)
create or replace function pbdb._join_error(p_join pbdb.playbook_joins)
returns jsonb
language sql
stable
security invoker
begin atomic
select jsonb_build_object(
    'code', 'BRANCH_FAILED',
    'message', format(
        '%s of %s branches succeeded, %s are needed%s', p_join.succeeded_count, p_join.total,
        greatest(p_join.needed, 1),
        (
            select format(
                '; %s failed first: %s: %s',
                coalesce('item ' || s.item_index, format('branch "%s"', s.branch)),
                s.error ->> 'code', s.error ->> 'message'
            )
            from pbdb.playbook_scopes as s
            where
                s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id
                and s.status = 'FAILED'
            order by s.completed_at, s.id
            limit 1
        )
    ),
    'details', jsonb_build_object('failures', (
        select coalesce(jsonb_agg(f.failure order by f.completed_at, f.id), '[]')
        from (
            select
                s.completed_at, s.id,
                jsonb_strip_nulls(jsonb_build_object(
                    'branch', s.branch, 'index', s.item_index, 'step', s.error -> 'step',
                    'code', s.error -> 'code', 'message', left(s.error ->> 'message', 300)
                )) as failure
            from pbdb.playbook_scopes as s
            where
                s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id
                and s.status = 'FAILED'
            order by s.completed_at, s.id
            limit 30
        ) as f
    ))
);
end;

comment on function pbdb._join_error(pbdb.playbook_joins) is
'The error BRANCH_FAILED with the counts and what failed first; its details name the first 30 '
'failures.';

revoke execute on function pbdb._join_error(pbdb.playbook_joins) from public;
