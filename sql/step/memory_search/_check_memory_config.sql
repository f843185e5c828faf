-- drop: function pbdb._check_memory_config(jsonb, jsonb, text)
--
-- No casts: the planner may fold a cast of the argument before the test that guards it.
create or replace function pbdb._check_memory_config(p_config jsonb, p_query jsonb, p_mode text)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text := case
        when p_mode not in ('vector', 'text', 'hybrid')
            then format('mode is %s, not vector, text or hybrid', p_config -> 'mode')
        when coalesce(jsonb_typeof(p_query), 'null') not in ('string', 'null')
            then format('query is of type %s, not a string', jsonb_typeof(p_query))
        when p_mode <> 'vector' and coalesce(btrim(p_query #>> '{}'), '') = ''
            then format('mode %s needs a query, in the config or the input', p_mode)
        when coalesce(jsonb_typeof(p_config -> 'embedding'), 'null') not in ('array', 'null')
            or exists (
                select from jsonb_path_query(p_config, 'strict $.embedding[*]', '{}', true) as u (x)
                where jsonb_typeof(u.x) not in ('number', 'null')
                    or not pg_input_is_valid(u.x #>> '{}', 'real')
            )
            then 'embedding is not an array of numbers'
        when not pg_input_is_valid(p_config ->> 'agent_id', 'uuid')
            then format('agent_id is %s, not a uuid', p_config -> 'agent_id')
        when not jsonb_path_exists(
            p_config, 'strict $.limit ? (@ == null || (@.double() >= 1 && @.double() <= 1000
                && @.double().floor() == @.double()))', '{}', true
        ) and p_config ? 'limit'
            then format('limit is %s, not a whole number from 1 to 1000', p_config -> 'limit')
        when not jsonb_path_exists(
            p_config, 'strict $.threshold ? (@ == null || (@.double() >= -1 && @.double() <= 1))',
            '{}', true
        ) and p_config ? 'threshold'
            then format('threshold is %s, not -1 to 1', p_config -> 'threshold')
        when coalesce(jsonb_typeof(p_config -> 'filter'), 'null') not in ('object', 'null')
            then format('filter is %s, not an object', p_config -> 'filter')
    end;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'PB024',
            message = 'MEMORY_SEARCH: ' || v_problem,
            hint = 'Keys: query, embedding, agent_id, limit, threshold, filter, mode, model.';
    end if;
end;
$fn$;

comment on function pbdb._check_memory_config(jsonb, jsonb, text) is
'Raises PB024 when the config of a MEMORY_SEARCH step, its expressions resolved, does not make a '
'search.';

revoke execute on function pbdb._check_memory_config(jsonb, jsonb, text) from public;
