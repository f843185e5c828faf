-- drop: function pbdb._sql_types()
create or replace function pbdb._sql_types()
returns text[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select array_agg(facts.step_type::text order by facts.step_type)
    from pbdb.step_types() as facts
    where facts.runs_in = 'sql';
end;

comment on function pbdb._sql_types() is
'The step types, as handler keys, whose work the database does itself once somebody claims it.';

revoke execute on function pbdb._sql_types() from public;
