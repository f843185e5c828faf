-- drop: function pbdb._error_value(text, text, text, jsonb)
create or replace function pbdb._error_value(
    p_code text, p_message text, p_step_name text, p_details jsonb
)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
select
    jsonb_build_object('code', p_code, 'message', p_message, 'step', p_step_name)
    || case
        when p_details is null then '{}'
        when p_code = 'BRANCH_FAILED' and p_details ? 'failures' then p_details
        else jsonb_build_object('details', p_details)
    end;
end;

comment on function pbdb._error_value(text, text, text, jsonb) is
'What expressions read as $error and $steps.x.error: {code, message, step}, with details where the '
'failure carried some, and with failures [{branch or index, step, code, message}, …] after a '
'parallel step.';

revoke execute on function pbdb._error_value(text, text, text, jsonb) from public;
