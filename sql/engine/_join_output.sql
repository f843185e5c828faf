-- drop: function pbdb._join_output(pbdb.playbook_joins)
create or replace function pbdb._join_output(p_join pbdb.playbook_joins)
returns jsonb
language sql
stable
security invoker
begin atomic
select
    case
        when count(*) filter (where s.item_index is not null) > 0
            then jsonb_agg(s.output_data order by s.item_index)
        when p_join.total > 0 and count(*) > 0 then jsonb_object_agg(s.branch, s.output_data)
        else '[]'
    end
from pbdb.playbook_scopes as s
where s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id;
end;

comment on function pbdb._join_output(pbdb.playbook_joins) is
'Outputs of a PARALLEL_EXECUTION: an object by branch name, or an array in the order of the items; '
'null where a branch failed or was cancelled.';

revoke execute on function pbdb._join_output(pbdb.playbook_joins) from public;
