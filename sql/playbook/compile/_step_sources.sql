-- drop: function pbdb._step_sources(text[], jsonb)
create or replace function pbdb._step_sources(p_reads text[], p_names jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        jsonb_agg(jsonb_build_array(name.name, p_names -> name.name) order by name.name), '[]'
    )
    from unnest(p_reads) as name (name)
    where p_names ? name.name;
end;

comment on function pbdb._step_sources(text[], jsonb) is
'The steps that expressions read, of which p_names has the index by the name of their output: '
'[[variable, index], …]; [] when none.';

revoke execute on function pbdb._step_sources(text[], jsonb) from public;
