-- drop: function pbdb._end_pause(pbdb.run)
create or replace function pbdb._end_pause(p_run pbdb.run)
returns pbdb.run
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
begin
    p_run.status := 'RUNNING';
    p_run.deadline_at := p_run.deadline_at + (clock_timestamp() - p_run.paused_at);
    p_run.pause_reason := null;
    p_run.paused_at := null;
    return p_run;
end;
$fn$;

comment on function pbdb._end_pause(pbdb.run) is
'RUNNING again; the deadline moves by the time that the pause took, because it does not tick while '
'PAUSED.';

revoke execute on function pbdb._end_pause(pbdb.run) from public;
