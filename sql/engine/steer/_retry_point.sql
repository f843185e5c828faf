-- drop: function pbdb._retry_point(pbdb.run, jsonb, text)
--
-- Whatever ended last is where the execution ended: what failed before it was handled.
create or replace function pbdb._retry_point(p_run pbdb.run, p_program jsonb, p_from_step text)
returns int
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_index int;
begin
    if p_from_step is not null then
        select (s.value ->> 'i')::int into v_index
        from jsonb_array_elements(p_program -> 'steps') as s
        where s.value ->> 'name' = p_from_step and s.value ->> 'scope' is null;
        if not found then
            raise exception using
                errcode = 'PB017',
                message = format(
                    'playbook "%s" has no step "%s" outside branches',
                    p_program ->> 'name', pbdb._shown(p_from_step)
                ),
                hint = 'Its steps: ' || (
                    select left(string_agg(s.value ->> 'name', ', '), 2000)
                    from jsonb_array_elements(p_program -> 'steps') as s
                    where s.value ->> 'scope' is null
                );
        end if;
        return v_index;
    end if;

    select (s.value ->> 'i')::int into v_index
    from pbdb.playbook_step_results as r
    inner join jsonb_array_elements(p_program -> 'steps') as s
        on (s.value ->> 'id')::uuid = r.step_id
    where
        r.organization_id = p_run.organization_id and r.execution_id = p_run.execution_id
        and r.scope_id is null
    order by r.completed_at desc, r.id desc
    limit 1;
    return coalesce(
        v_index,
        (
            select (s.value ->> 'i')::int
            from jsonb_array_elements(p_program -> 'steps') as s
            where (s.value ->> 'id')::uuid = p_run.current_step_id and s.value ->> 'scope' is null
        ),
        (p_program ->> 'first')::int
    );
end;
$fn$;

comment on function pbdb._retry_point(pbdb.run, jsonb, text) is
'The step from which a retry goes on: the named one, else the one where the execution ended. '
'Raises PB017 for a name that is not a step outside branches.';

revoke execute on function pbdb._retry_point(pbdb.run, jsonb, text) from public;
