-- drop: function pbdb._temporary_code()
--
-- A session's temporary functions, types and operators are for everybody whose code runs in it, and
-- a query could name those of its caller: they would run as pbdb_query, and do what no query may.
-- Tables and views are only for whom they were granted to.
create or replace function pbdb._temporary_code()
returns text
language sql
stable
security invoker
begin atomic
select pg_catalog.pg_describe_object(d.classid, d.objid, 0)
from pg_catalog.pg_depend as d
where
    d.refclassid = 'pg_catalog.pg_namespace'::regclass
    and d.refobjid = pg_catalog.pg_my_temp_schema()
    and (
        d.classid <> 'pg_catalog.pg_class'::regclass
        or has_table_privilege('pbdb_query', d.objid, 'select, insert, update, delete')
        or has_any_column_privilege('pbdb_query', d.objid, 'select, insert, update')
    )
order by d.objid
limit 1;
end;

comment on function pbdb._temporary_code() is
'A temporary object of this session that pbdb_query could use; null when there is none.';

revoke execute on function pbdb._temporary_code() from public;
