-- drop: function pbdb._perform_sql_step(uuid, text, real[])
create or replace function pbdb._perform_sql_step(
    p_result_id uuid, p_worker text, p_embedding real[]
)
returns pbdb.verdict
language plpgsql
volatile
as $fn$
begin
    return pbdb._execute_sql_step(
        p_result_id, pbdb._lease_one(p_result_id, p_worker), p_embedding
    );
end;
$fn$;

comment on function pbdb._perform_sql_step(uuid, text, real[]) is
'Claims one queued SQL step, runs it and completes it, all in this transaction.';

revoke execute on function pbdb._perform_sql_step(uuid, text, real[]) from public;
