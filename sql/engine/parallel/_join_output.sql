-- drop: function pbdb._join_output(pbdb.playbook_joins, jsonb)
--
-- From the positions, not from the scopes: those that were never opened have their place too.
create or replace function pbdb._join_output(p_join pbdb.playbook_joins, p_step jsonb)
returns jsonb
language sql
stable
security invoker
begin atomic
select
    case
        when p_step -> 'config' ? 'for_each'
            then coalesce(jsonb_agg(s.output_data order by n.index), '[]')
        else jsonb_object_agg(
            coalesce(p_step -> 'branches' -> n.index ->> 'name', ''), s.output_data
        )
    end
from generate_series(0, p_join.total - 1) as n (index)
left join pbdb.playbook_scopes as s
    on
        s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id
        and coalesce(s.item_index::text, s.branch)
            = coalesce(p_step -> 'branches' -> n.index ->> 'name', n.index::text);
end;

comment on function pbdb._join_output(pbdb.playbook_joins, jsonb) is
'Outputs of a PARALLEL_EXECUTION: an object by branch name, or an array in the order of the items; '
'null where a branch failed, was cancelled or was never begun.';

revoke execute on function pbdb._join_output(pbdb.playbook_joins, jsonb) from public;
