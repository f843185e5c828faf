-- drop: function pbdb._alias_names()
create or replace function pbdb._alias_names()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select jsonb_object_agg(type.step_type, type.names)
    from (
        select holder.step_type, jsonb_object_agg(holder.holder, holder.names) as names
        from (
            select
                facts.step_type, known.holder,
                jsonb_object_agg(spelling.written, known.name) as names
            from pbdb.step_types() as facts
            cross join lateral pbdb.step_config_keys(facts.step_type) as known
            cross join lateral unnest(known.aliases) as spelling (written)
            group by facts.step_type, known.holder
        ) as holder
        group by holder.step_type
    ) as type;
end;

comment on function pbdb._alias_names() is
'The keys that aliases in configs stand for: {step type: {holder: {alias: name}}}.';

revoke execute on function pbdb._alias_names() from public;
