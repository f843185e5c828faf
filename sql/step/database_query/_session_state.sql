-- drop: function pbdb._session_state()
--
-- Parsed when it is made, without a search_path of its own, because it looks at the caller's.
-- Settings that nobody knows only the text of a query can name, and _query_refusal keeps that out.
create or replace function pbdb._session_state()
returns text[]
language sql
stable
security invoker
begin atomic
select array(
    select current_setting(s.name, true) from unnest(pbdb._session_settings()) as s (name)
) || (
    select count(*)::text
    from pg_catalog.pg_depend as d
    where
        d.refclassid = 'pg_catalog.pg_namespace'::regclass
        and d.refobjid = pg_catalog.pg_my_temp_schema()
);
end;

comment on function pbdb._session_state() is
'The values of _session_settings() in a session, and how many temporary objects it has: to compare '
'before and after a query.';

revoke execute on function pbdb._session_state() from public;
