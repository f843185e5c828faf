-- drop: function pbdb.step_types()
--
-- Longer than a screen because it is one table: what is true of every step of a type. Whoever wants
-- to know one of these things asks here; a new type is a row here and a folder beside it.
-- Definer, because it calls helpers that nobody else may; it reads no table.
create or replace function pbdb.step_types()
returns table (
    step_type pbdb.playbook_step_type,
    kind text,
    runs_in text,
    default_timeout_seconds int,
    on_lost text,
    has_dead_letters boolean,
    handler_key text,
    output_member text,
    description text,
    output text,
    config_keys jsonb
)
language sql
immutable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select
        known.step_type, known.kind, known.runs_in, known.default_timeout_seconds, known.on_lost,
        known.has_dead_letters, known.handler_key, known.output_member, known.description,
        known.output, known.config_keys
    from (values
        (
            'AGENT_EXECUTION'::pbdb.playbook_step_type, 'claimed', 'runner', 600, 'retry', true,
            'agent', 'output',
            'Asks a language model, with tools if it has some.',
            '{output, usage, model}',
            pbdb._agent_execution_keys()
        ),
        (
            'DATA_TRANSFORM', 'inline', 'engine', 300, null, false, null, null,
            'Makes a value from values.',
            'the value',
            pbdb._data_transform_keys()
        ),
        (
            'CONDITIONAL_BRANCH', 'inline', 'engine', 300, null, false, null, null,
            'Chooses where control goes.',
            '{matched, branch_to}',
            pbdb._conditional_branch_keys()
        ),
        (
            'PARALLEL_EXECUTION', 'parallel', 'engine', 300, null, false, null, null,
            'Runs branches, or one body for each item, side by side.',
            'the branches'' outputs by name, or the items'' in order',
            pbdb._parallel_execution_keys()
        ),
        (
            'WAIT_FOR_INPUT', 'wait', 'engine', null, null, false, null, null,
            'Waits for a person, an event or a time.',
            'the answer, or the event''s payload',
            pbdb._wait_for_input_keys()
        ),
        (
            'API_CALL', 'claimed', 'runner', 30, 'request', true, null, null,
            'One HTTP request, to public addresses unless the runner''s operator allows others.',
            '{status_code, headers, data}',
            pbdb._api_call_keys()
        ),
        (
            'DATABASE_QUERY', 'claimed', 'sql', 60, 'retry', true, null, null,
            'One SQL statement, as the role pbdb_query.',
            '{rows, row_count, truncated}',
            pbdb._database_query_keys()
        ),
        (
            'MEMORY_SEARCH', 'claimed', 'sql', 300, 'retry', true, null, null,
            'Searches what agents remember.',
            '{results, results_count, query}',
            pbdb._memory_search_keys()
        ),
        (
            'PROMPT_TEMPLATE', 'inline', 'engine', 300, null, false, null, null,
            'Renders a text.',
            '{prompt, messages, variables}',
            pbdb._prompt_template_keys()
        ),
        (
            'CUSTOM_FUNCTION', 'claimed', 'runner', 300, 'retry', true, 'function', null,
            'A function that a runner registers, an author''s code in a sandbox, or another '
            'playbook.',
            'what it returns',
            pbdb._custom_function_keys()
        )
    ) as known (
        step_type, kind, runs_in, default_timeout_seconds, on_lost, has_dead_letters, handler_key,
        output_member, description, output,
        config_keys
    );
end;

comment on function pbdb.step_types() is
'What is true of every step of a type. kind, how the engine treats it: inline, parallel, wait or '
'claimed. runs_in, who does its work: the engine as it moves the execution, sql (the database, in '
'a transaction of its own, once somebody claims it), or a runner. default_timeout_seconds: of a '
'step that says none; null is no limit. on_lost, what becomes of an attempt that vanished, unless '
'its config says on_lost: retry, or request (retry when the request may be sent twice, else '
'fail); null where nothing can vanish. has_dead_letters: whether one that used up its attempts is '
'listed in playbook_dead_letters. handler_key: the config key that says which handler runs it; '
'null when the type is the handler. output_member: the part of the output that output_schema is '
'about; null is all of it. config_keys: read them with step_config_keys.';

revoke execute on function pbdb.step_types() from public;
grant execute on function pbdb.step_types() to pbdb_app, pbdb_worker, pbdb_monitor;
