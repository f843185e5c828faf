-- drop: function pbdb._perform_sql_step(uuid, text, real[])
create or replace function pbdb._perform_sql_step(
    p_result_id uuid, p_worker text, p_embedding real[]
)
returns pbdb.verdict
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_token uuid := pbdb._lease_one(p_result_id, p_worker);
begin
    if v_token is null then
        return null;
    end if;
    return pbdb._execute_sql_step(p_result_id, v_token, p_embedding);
end;
$fn$;

comment on function pbdb._perform_sql_step(uuid, text, real[]) is
'Claims one queued SQL step, runs it and completes it, all in this transaction; null when it is no '
'longer queued.';

revoke execute on function pbdb._perform_sql_step(uuid, text, real[]) from public;
