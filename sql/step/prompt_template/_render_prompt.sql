-- drop: function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb)
create or replace function pbdb._render_prompt(
    p_config jsonb, p_input jsonb, p_variables jsonb, p_template jsonb default null
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_template constant jsonb := coalesce(p_template, p_config -> 'template');
    v_syntax constant text := p_config ->> 'syntax';
    v_options constant jsonb := case
        when p_config ?| '{syntax,missing}'
            then jsonb_build_object('syntax', v_syntax, 'missing', p_config ->> 'missing')
        else '{}'
    end;
    v_variables constant jsonb := pbdb._with_step_input(
        concat(v_template, p_config -> 'variables'), p_input, p_variables
    );
    v_context jsonb := case jsonb_typeof(p_input) when 'object' then p_input else '{}' end;
    v_messages jsonb := '[]';
    v_text text := '';
begin
    if p_config ? 'variables' then
        v_context := pbdb._map(p_config -> 'variables', v_variables) || v_context;
    end if;

    if jsonb_typeof(v_template) = 'string' then
        return jsonb_build_object(
            'prompt', pbdb._render(v_template #>> '{}', v_context, v_variables, v_options),
            'variables', pbdb._used_variables(v_template #>> '{}', v_context, v_syntax)
        );
    elsif jsonb_typeof(v_template) is distinct from 'array' then
        raise exception using
            errcode = 'PB024',
            message = format('%s is no template', left(coalesce(v_template, 'null')::text, 200)),
            hint = 'Give a PROMPT_TEMPLATE step text, or a list of {role, content}.';
    end if;

    v_messages := v_template;
    for i in 0 .. jsonb_array_length(v_template) - 1 loop
        v_text := concat(v_text, v_template -> i ->> 'content', E'\n');
        v_messages[i]['content'] := to_jsonb(pbdb._render(
            v_template -> i ->> 'content', v_context, v_variables, v_options
        ));
        if pg_column_size(v_messages) > 16777216 then
            perform pbdb._refuse_long_text(pg_column_size(v_messages));
        end if;
    end loop;
    return jsonb_build_object(
        'prompt', array_to_string(array(
            select message ->> 'content' from jsonb_array_elements(v_messages) as message
        ), E'\n\n'),
        'messages', v_messages,
        'variables', pbdb._used_variables(v_text, v_context, v_syntax)
    );
end;
$fn$;

comment on function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb) is
'{prompt, messages, variables} for a PROMPT_TEMPLATE step; messages only when the template is a '
'list of {role, content}, prompt then being their contents with an empty line between; variables '
'are the members of the context that it names. Names are looked up in the step''s input, then in '
'the config''s variables, then in the engine''s. p_template replaces the config''s own. Raises '
'PB016 and PB024.';

revoke execute on function pbdb._render_prompt(jsonb, jsonb, jsonb, jsonb) from public;
