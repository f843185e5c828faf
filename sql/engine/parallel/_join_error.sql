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
    )
);
end;

comment on function pbdb._join_error(pbdb.playbook_joins) is
'The error BRANCH_FAILED with the counts and what failed first.';

revoke execute on function pbdb._join_error(pbdb.playbook_joins) from public;
