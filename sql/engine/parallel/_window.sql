-- drop: function pbdb._window(pbdb.playbook_joins, jsonb)
--
-- The series stands in a select list, where it is made as far as LIMIT needs it; in FROM all of the
-- ten thousand positions that are left were made for each dozen that is opened. In order, because
-- the series is and conditions with OR are checked row by row.
create or replace function pbdb._window(p_join pbdb.playbook_joins, p_step jsonb)
returns setof int
language sql
stable
security invoker
begin atomic
select n.index
from (select generate_series(p_join.next_index, p_join.total - 1)) as n (index)
where
    -- Everything before next_index was opened or kept, and is counted; so no more than that means
    -- that nothing is kept from there on. Looking for it costs the more, the more items are done.
    p_join.succeeded_count + p_join.failed_count + p_join.open_count <= p_join.next_index
    or (
        not exists (
            select from pbdb.playbook_scopes as s
            where
                s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id
                and s.item_index = n.index
        )
        and not exists (
            select from pbdb.playbook_scopes as s
            where
                s.execution_id = p_join.execution_id and s.parent_result_id = p_join.result_id
                and s.item_index is null
                and s.branch = p_step -> 'branches' -> n.index ->> 'name'
        )
    )
limit p_join.max_parallel - p_join.open_count; -- noqa: AM09
end;

comment on function pbdb._window(pbdb.playbook_joins, jsonb) is
'Positions of the branches or items that a join opens next, those kept from a failed attempt left '
'out.';

revoke execute on function pbdb._window(pbdb.playbook_joins, jsonb) from public;
