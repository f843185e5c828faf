-- drop: function pbdb.list_dead_letters(text, text, uuid, integer)
--
-- Definer with an explicit tenant, so that failures are found by their index: see list_executions.
create or replace function pbdb.list_dead_letters(
    p_playbook_name text default null,
    p_error_code text default null,
    p_before_id uuid default null,
    p_limit int default 50
)
returns table (
    execution_id uuid,
    playbook_id uuid,
    playbook_name varchar(255),
    playbook_version int,
    execution_name varchar(255),
    step_name varchar(255),
    reason text,
    error_code text,
    error_message text,
    attempts int,
    worker text,
    since timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_page(p_limit, 'dead letters', 'p_before_id = the last execution_id');

    return query
    select
        d.execution_id, d.playbook_id, d.playbook_name, d.playbook_version, d.execution_name,
        d.step_name, d.reason, d.error_code, d.error_message, d.attempts, d.worker, d.since
    from pbdb.playbook_dead_letters as d
    where
        d.organization_id = pbdb.current_organization_id()
        and d.execution_id = any(
            pbdb._dead_letters(p_playbook_name, p_error_code, p_before_id, p_limit)
        )
    order by d.execution_id desc;
end;
$fn$;

comment on function pbdb.list_dead_letters(text, text, uuid, int) is
'The dead letters of the tenant, the execution that was started last first: all, those of one '
'playbook, or those with one error code. At most p_limit (1 to 1000); the next page is the same '
'call with p_before_id = the last execution_id. Raises PB017 on another limit.';

revoke execute on function pbdb.list_dead_letters(text, text, uuid, int) from public;
grant execute on function pbdb.list_dead_letters(text, text, uuid, int) to pbdb_app;
