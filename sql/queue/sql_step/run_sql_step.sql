-- drop: function pbdb.run_sql_step(text, uuid, uuid, real[], uuid)
--
-- Definer: runners have no right on any table.
create or replace function pbdb.run_sql_step(
    p_worker text,
    p_step_result_id uuid,
    p_token uuid,
    p_embedding real[] default null,
    p_organization_id uuid default null
)
returns setof pbdb.verdict
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
begin
    perform pbdb._check_claim(p_worker, 0, 1);
    return next pbdb._execute_sql_step(
        p_step_result_id,
        (pbdb._routed_tokens(
            array[p_step_result_id], array[p_token], array[p_organization_id]
        ))[1],
        p_embedding
    );
end;
$fn$;

comment on function pbdb.run_sql_step(text, uuid, uuid, real[], uuid) is
'Runs a claimed DATABASE_QUERY or MEMORY_SEARCH and completes it in the same transaction: exactly '
'once. Set statement_timeout before the call; a function cannot time itself out. p_embedding is '
'the embedded query text of a MEMORY_SEARCH:@embed step. Raises PB002 when the token is stale, or '
'the attempt not one of p_organization_id (of the claim; null compares nothing): '
'nothing of the step is kept then.';

revoke execute on function pbdb.run_sql_step(text, uuid, uuid, real[], uuid) from public;
grant execute on function pbdb.run_sql_step(text, uuid, uuid, real[], uuid) to pbdb_worker;
