-- drop: function pbdb._dead_letters(text, text, uuid, integer)
--
-- A loop, because not every failure is a dead letter: failures are read 200 at a time, by their
-- index, until there are enough.
create or replace function pbdb._dead_letters(
    p_playbook_name text, p_error_code text, p_before_id uuid, p_limit int
)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_filter pbdb.execution_filter := pbdb._execution_filter(
        null, p_playbook_name, 'FAILED', null, null, null, null, null, null, null, false
    );
    v_failed uuid[];
    v_found uuid[] := '{}';
begin
    v_filter.to_id := p_before_id;
    loop
        v_failed := pbdb._matching_executions(v_filter, 200);
        v_found := v_found || array(
            select d.execution_id
            from pbdb.playbook_dead_letters as d
            where
                d.organization_id = v_filter.organization_id
                and d.execution_id = any(v_failed)
                and (p_error_code is null or d.error_code = p_error_code)
            order by d.execution_id desc
            limit p_limit - cardinality(v_found)
        );
        exit when cardinality(v_failed) < 200 or cardinality(v_found) >= p_limit;
        v_filter.to_id := v_failed[200];
    end loop;
    return v_found;
end;
$fn$;

comment on function pbdb._dead_letters(text, text, uuid, int) is
'Ids of the newest dead letters of the tenant, newest first: of one playbook, with one error code, '
'before one id; null for any.';

revoke execute on function pbdb._dead_letters(text, text, uuid, int) from public;
