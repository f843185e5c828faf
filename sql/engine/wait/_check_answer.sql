-- drop: function pbdb._check_answer(jsonb, jsonb, jsonb, uuid)
create or replace function pbdb._check_answer(
    p_step jsonb, p_config jsonb, p_answer jsonb, p_answered_by uuid
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_error jsonb;
begin
    if jsonb_typeof(p_config -> 'assignees') = 'array'
        and jsonb_array_length(p_config -> 'assignees') > 0
        and not p_config -> 'assignees' ? coalesce(p_answered_by::text, '') then
        raise exception using
            errcode = 'PB013',
            message = format(
                '%s may not answer step "%s"', coalesce(p_answered_by::text, 'nobody named'),
                p_step ->> 'name'
            ),
            hint = 'Pass p_answered_by, one of: ' || (p_config ->> 'assignees');
    end if;
    v_error := coalesce(
        case
            when p_answer is null
                then jsonb_build_object('message', 'the answer is null; pass a JSON value')
        end,
        pbdb._answer_error(p_step, p_answer), pbdb._output_error(p_step, p_answer)
    );
    if v_error is not null then
        raise exception using
            errcode = 'PB012',
            message = format('step "%s": %s', p_step ->> 'name', v_error ->> 'message'),
            hint = 'The step goes on waiting; its schema is in pbdb.playbook_inbox.';
    end if;
end;
$fn$;

comment on function pbdb._check_answer(jsonb, jsonb, jsonb, uuid) is
'Raises PB013 when somebody may not answer, PB012 when the answer fits neither the config''s '
'schema nor the step''s.';

revoke execute on function pbdb._check_answer(jsonb, jsonb, jsonb, uuid) from public;
