-- drop: function pbdb._named_types()
create or replace function pbdb._named_types()
returns text[]
language sql
immutable
parallel safe
security invoker
begin atomic
    select array_agg(facts.step_type::text order by facts.step_type)
    from pbdb.step_types() as facts
    where facts.handler_key is not null;
end;

comment on function pbdb._named_types() is
'The step types with a handler for each name: a runner that offers one of these types as it is '
'offers every handler of it.';

revoke execute on function pbdb._named_types() from public;
