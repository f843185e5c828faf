-- drop: function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb)
create or replace function pbdb._render_prompt(
    p_config jsonb, p_input jsonb, p_variables jsonb, p_template jsonb default null
)
returns jsonb
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_template constant jsonb := coalesce(p_template, p_config -> 'template');
    v_variables constant jsonb := pbdb._with_step_input(
        p_config || jsonb_build_object('template', v_template), p_input, p_variables
    );
    v_context constant jsonb := coalesce(pbdb._map(p_config -> 'variables', v_variables), '{}')
        || case jsonb_typeof(p_input) when 'object' then p_input else '{}' end;
    v_messages jsonb;
begin
    case jsonb_typeof(v_template)
        when 'string' then
            return jsonb_build_object(
                'prompt', pbdb._render(v_template #>> '{}', v_context, v_variables, p_config),
                'variables', pbdb._used_variables(v_template #>> '{}', v_context, p_config)
            );
        when 'array' then
            select
                jsonb_agg(
                    message.value || jsonb_build_object(
                        'content',
                        pbdb._render(
                            message.value ->> 'content', v_context, v_variables, p_config
                        )
                    )
                    order by message.position
                )
            into v_messages
            from jsonb_array_elements(v_template) with ordinality as message (value, position);

            return jsonb_build_object(
                'prompt', (
                    select string_agg(
                        message.value ->> 'content', E'\n\n' order by message.position
                    )
                    from jsonb_array_elements(v_messages)
                    with ordinality as message (value, position)
                ),
                'messages', v_messages,
                'variables', pbdb._used_variables(
                    jsonb_path_query_array(v_template, '$[*].content')::text, v_context, p_config
                )
            );
        else
            raise exception using
                errcode = 'PB024',
                message = format(
                    'the template of a PROMPT_TEMPLATE step is %s',
                    left(coalesce(v_template::text, 'missing'), 200)
                ),
                hint = 'Give it text, or a list of {role, content}.';
    end case;
end;
$fn$;

comment on function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb) is
'{prompt, messages, variables} for a PROMPT_TEMPLATE step; messages only when the template is a '
'list of {role, content}, prompt then being their contents with an empty line between. The names '
'are the config''s variables, overlaid by the step''s input, then the engine''s variables. '
'p_template replaces the config''s own. Raises PB016 and PB024.';

revoke execute on function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb) from public;
