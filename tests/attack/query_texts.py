"""Texts of a DATABASE_QUERY that try to leave something behind, or to read what is not theirs."""

from __future__ import annotations

# A session whose seed is known gives this next: see queries.py.
SEED = 0.5

TEXTS: dict[str, str] = {
    # settings, for the session and for the transaction
    "a tenant for the session": "select set_config('app.current_organization_id', '{B}', false)",
    "a tenant for the transaction": "select set_config('app.current_organization_id', '{B}', true)",
    "a claim": """select set_config('request.jwt.claims', '{{"organization_id": "{B}"}}', false)""",
    "a claim that is no JSON": "select set_config('request.jwt.claims', 'nonsense', false)",
    "a setting of the application": "select set_config('app.user_id', 'evil', false)",
    "a setting that nobody has made": "select set_config('evil.mark', 'here', false)",
    "a name put together": "select set_config('evil' || '.' || 'mark', 'here', false)",
    "a quoted name": """select "set_config"('evil.mark', 'here', false)""",
    "a name in capitals": "select SET_CONFIG('evil.mark', 'here', FALSE)",
    "a schema before the name": "select pg_catalog . set_config('evil.mark', 'here', false)",
    "a unicode name": r"""select U&"set\005fconfig"('evil.mark', 'here', false)""",
    "a setting of pbdb": "select set_config('pbdb.look_again_at', '99999999999', false)",
    "a larger output": "select set_config('pbdb.max_output_bytes', '1', false)",
    "a search path": "select set_config('search_path', 'pg_temp', false)",
    "a time zone": "select set_config('TimeZone', 'Pacific/Auckland', false)",
    "a client encoding": "select set_config('client_encoding', 'LATIN1', false)",
    "row security off": "select set_config('row_security', 'off', false)",
    "a time limit of 1 ms": "select set_config('statement_timeout', '1', false)",
    "an idle limit of 1 ms": "select set_config('idle_session_timeout', '1', false)",
    "sessions that only read": "select set_config('default_transaction_read_only', 'on', false)",
    "strings that are read otherwise": "select set_config('standard_conforming_strings', 'off', false)",
    "nulls that are equal": "select set_config('transform_null_equals', 'on', false)",
    "a setting, then an error": "select set_config('evil.mark', 'here', false), 1 / (random() * 0)::int",
    "a setting in a CTE": "with s as materialized (select set_config('evil.mark', 'x', false)) table s",
    "a setting in a subquery": "select 1 where (select set_config('evil.mark', 'x', false)) = 'x'",
    "a setting per row": "select set_config('evil.mark', g::text, false) from generate_series(1, 9) as g",
    "a setting by update": "update pg_settings set setting = '1GB' where name = 'work_mem' returning 1",
    "a setting by update in a CTE": (
        "with u as (update pg_catalog.pg_settings set setting = '1GB' where name = 'work_mem'"
        " returning 1) table u"
    ),
    # the seed of random()
    "a seed": "select setseed(0.5)",
    "a seed, then an error": "select setseed(0.5), 1 / (random() * 0)::int",
    "a seed as a setting": "select set_config('se' || 'ed', '0.5', false)",
    "a seed in capitals": "select SetSeed(0.5)",
    # temporary objects
    "a temporary table explained": "explain (analyze) create temp table text as select 1 as i",
    "a temporary table explained, timestamptz": "explain analyze create temp table timestamptz as select 1 as i",
    "a temporary table explained, jsonb": "explain analyze create temp table jsonb as select 1 as i",
    "a temporary table explained, record": "explain analyze create temp table record as select 1 as i",
    "a temporary table explained after a comment": "/* select */ explain analyze create temp table uuid as select 1 as i",
    "a temporary table after nested comments": "/* /* */ select */ explain analyze create temp table uuid as select 1",
    "a temporary table after a line comment": "-- select\nexplain analyze create temp table bool as select 1 as i",
    "a materialized view explained": "explain analyze create materialized view pg_temp.m as select 1 as i",
    "a temporary table": "create temp table uuid as select 1 as i",
    "a table by select into": "select 1 as i into temp table float8",
    "a temporary table stacked": "select 1; create temp table int4 (i int)",
    # prepared statements, cursors, listening
    "a prepared statement": "prepare mine as select 1",
    "a prepared statement explained": "explain analyze execute nothing",
    "a prepared statement run": "execute nothing",
    "a cursor that stays": "declare c cursor with hold for select 1",
    "a cursor explained": "explain analyze declare c cursor with hold for select 1",
    "somebody's cursor": 'fetch all from "theirs"',
    "somebody's cursor, moved": 'move forward all in "theirs"',
    "somebody's cursor as XML": "select cursor_to_xml('theirs', 100, false, false, '')",
    "the engine's cursor": 'fetch all from "<unnamed portal 1>"',
    "the engine's cursor as XML": "select cursor_to_xml('<unnamed portal 1>', 9, false, false, '')",
    "listening": "listen evil",
    "listening stacked": "select 1; listen evil",
    "a notification": "select pg_notify('evil', 'x')",
    # locks
    "an advisory lock": "select pg_advisory_lock(4711)",
    "two keys": "select pg_advisory_lock(1885627490, hashtext('{B}:b_playbook'))",
    "a shared lock": "select pg_advisory_lock_shared(4711)",
    "a lock tried": "select pg_try_advisory_lock(4711)",
    "a shared lock tried": "select pg_try_advisory_lock_shared(1, 2)",
    "many locks": "select pg_advisory_lock(g) from generate_series(1, 50) as g",
    "a lock, then an error": "select pg_advisory_lock(4711), 1 / (random() * 0)::int",
    "a lock by a quoted name": """select "pg_advisory_lock"(4711)""",
    "a lock by a unicode name": r"""select U&"pg_advisory\005flock"(4711)""",
    "the caller's locks given back": "select pg_advisory_unlock_all()",
    "the caller's lock given back": "select pg_advisory_unlock(815)",
    # roles
    "another role": "select set_config('role', 'pbdb_owner', false)",
    "no role": "select set_config('role', 'none', false)",
    "another session role": "select set_config('session_authorization', 'postgres', false)",
    "set role": "set role pbdb_owner",
    "reset role stacked": "select 1; reset role",
    # SQL given as text
    "SQL in XML": "select query_to_xml('select set_config(''evil.mark'', ''x'', false)', true, true, '')",
    "SQL in XML, several": "select query_to_xml('select 1; create temp table numeric (i int)', true, true, '')",
    "SQL in XML, a lock": "select query_to_xml('select pg_advisory_lock(4711)', true, true, '')",
    "SQL in the schema of XML": "select query_to_xmlschema('select pg_advisory_lock(4711)', true, true, '')",
    "SQL in ts_stat": "select * from ts_stat('select to_tsvector(set_config(''evil.mark'', ''x'', false))')",
    "a lock in ts_stat": "select * from ts_stat('select to_tsvector(''a'') from pg_advisory_lock(4711)')",
    "SQL in ts_rewrite": (
        "select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery from pg_advisory_lock(4711)')"
    ),
    # transactions and commands
    "a commit stacked": "select 1; commit",
    "a block": "do $$ begin perform set_config('evil.mark', 'x', false); end $$",
    "a call": "call nothing()",
    "reset all": "reset all",
    "discard all": "discard all",
    "writing allowed again": "select set_config('transaction_read_only', 'off', true)",
    "the isolation level": "select set_config('transaction_isolation', 'serializable', true)",
    "a copy": "copy (select 1) to stdout",
    "show": "show search_path",
    "explain": "explain select * from public.orders",
    "a snapshot": "select pg_export_snapshot()",
    # large objects
    "a large object": "select lo_from_bytea(0, 'mine')",
    "a large object opened": "select lo_open(lo_create(0), 131072)",
    # what a DBA has granted
    "a granted function that sets": "select public.sets_work_mem()",
    "a granted function that sets for the transaction": "select public.sets_work_mem(true)",
    "a granted function that sets the search path": "select public.sets_search_path()",
    # plain failures in the midst of things
    "an error": "select 1 / (random() * 0)::int",
    "a syntax error": "selec 1",
    "a cancellation of itself": "select pg_cancel_backend(pg_backend_pid()), pg_sleep(0.1)",
    # nothing wrong with these: the judge must not see what is not there
    "a plain query": "select 1",
    "a plain query of a table": "select * from public.orders",
    "a plain lock": "select pg_advisory_xact_lock(4711)",
}

# The same and more of them, where writing is asked for.
WRITES: dict[str, str] = {
    "a row": "insert into public.orders (organization_id, note) values ('{A}', 'new') returning id",
    "a row and a setting": (
        "insert into public.orders (organization_id, note)"
        " values ('{A}', set_config('evil.mark', 'x', false)) returning id"
    ),
    "a row and a temporary table": (
        "with i as (insert into public.orders (organization_id, note) values ('{A}', 'x') returning id)"
        " select i.id, public.makes_a_table() from i"
    ),
    "a row and a granted function that sets": (
        "insert into public.orders (organization_id, note)"
        " values ('{A}', public.sets_work_mem()) returning id"
    ),
    "a row and a granted function that sets the search path": (
        "insert into public.orders (organization_id, note)"
        " values ('{A}', public.sets_search_path()) returning id"
    ),
    "a row and a seed": (
        "insert into public.orders (organization_id, note) values ('{A}', setseed(0.5)::text) returning id"
    ),
    "a row of another tenant": (
        "insert into public.orders (organization_id, note) values ('{B}', 'x') returning id"
    ),
    "rows of everybody": "update public.orders set note = 'mine' returning id",
    "no rows left": "delete from public.orders returning id",
    "a row and a lock": (
        "insert into public.orders (organization_id, note)"
        " values ('{A}', pg_advisory_lock(4711)::text) returning id"
    ),
    "a row, then an error": (
        "insert into public.orders (organization_id, note)"
        " values ('{A}', (1 / (random() * 0)::int)::text) returning id"
    ),
}
