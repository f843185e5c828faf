-- drop: function pbdb._shape_of(uuid, uuid, text, text[], uuid)
--
-- Longer than a screen because each variable has a shape of its own.
create or replace function pbdb._shape_of(
    p_playbook_id uuid, p_step_id uuid, p_root text, p_members text[], p_source_id uuid
)
returns table (name text, schema jsonb, members text[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_step pbdb.playbook_steps;
    v_list text;
begin
    if p_root = 'input' then
        return query
        select '$input', playbook.input_schema, p_members
        from pbdb.playbooks as playbook
        where playbook.id = p_playbook_id and playbook.input_schema <> '{}';
    elsif p_root = 'step_input' then
        select step.* into v_step from pbdb.playbook_steps as step where step.id = p_step_id;
        if v_step.input_schema <> '{}' then
            return query select '$step_input', v_step.input_schema, p_members;
        elsif v_step.input_mapping <> '{}' then
            return query
            select '$step_input', pbdb._mapping_schema(v_step.input_mapping), p_members;
        end if;
    elsif p_root = 'steps' and p_members[1] = 'output' then
        select step.* into v_step from pbdb.playbook_steps as step where step.id = p_source_id;
        if v_step.output_schema <> '{}' then
            return query
            select
                format('the output of %s', v_step.step_name),
                case v_step.step_type
                    when 'AGENT_EXECUTION'
                        then jsonb_build_object('properties', jsonb_build_object(
                            'output', v_step.output_schema
                        ))
                    else v_step.output_schema
                end,
                p_members[2:];
        elsif v_step.step_type = 'DATA_TRANSFORM' and v_step.config ? 'output'
            and coalesce(
                v_step.config ->> 'output_format', v_step.config ->> 'outputFormat', 'nested'
            ) = 'nested'
        then
            return query
            select
                format('the output of %s', v_step.step_name),
                pbdb._mapping_schema(v_step.config -> 'output'), p_members[2:];
        end if;
    elsif p_root = 'item' then
        with recursive around as (
            select step.parent_step_id as id, 1 as distance
            from pbdb.playbook_steps as step where step.id = p_step_id
            union all
            select step.parent_step_id, around.distance + 1
            from around inner join pbdb.playbook_steps as step on around.id = step.id
        )
        select step.* into v_step
        from around inner join pbdb.playbook_steps as step on around.id = step.id
        where step.config ? 'for_each'
        order by around.distance
        limit 1;
        v_list := v_step.config ->> 'for_each';
        -- Only a list that is named; what a filter or a method leaves is anybody's guess.
        if v_list ~ '^\$\w+(\.\w+)*$' then
            return query
            select '$item', shape.schema, shape.members || '[]'::text || p_members
            from pbdb._path_reads(v_list) as read
            left join pbdb.playbook_steps as source
                on
                    source.playbook_id = p_playbook_id and read.root = 'steps'
                    and source.step_name = read.members[1]
            cross join lateral pbdb._shape_of(
                p_playbook_id, v_step.id, read.root,
                case when read.root = 'steps' then read.members[2:] else read.members end,
                source.id
            ) as shape;
        end if;
    end if;
end;
$fn$;

comment on function pbdb._shape_of(uuid, uuid, text, text[], uuid) is
'What is known of the value of a variable that a step reads (as pbdb._playbook_reads gives it): '
'what to call it, its JSON Schema and the members to look up in it; no row when nothing is known.';

revoke execute on function pbdb._shape_of(uuid, uuid, text, text[], uuid) from public;
