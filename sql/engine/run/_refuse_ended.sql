-- drop: function pbdb._refuse_ended(pbdb.run, text, text)
create or replace function pbdb._refuse_ended(p_run pbdb.run, p_what text, p_hint text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if p_run.completed_at is not null then
        raise exception using
            errcode = 'PB008',
            message = format(
                'execution %s is %s since %s and cannot be %s', p_run.execution_id, p_run.status,
                p_run.completed_at, p_what
            ),
            hint = coalesce(p_hint, case
                when p_run.status = 'COMPLETED' then 'Start a new execution.'
                else 'To run it again: select pbdb.retry_playbook_execution(''<id>'');'
            end);
    end if;
end;
$fn$;

comment on function pbdb._refuse_ended(pbdb.run, text, text) is
'Raises PB008 for an execution that has ended.';

revoke execute on function pbdb._refuse_ended(pbdb.run, text, text) from public;
