-- drop: function pbdb._collect_answer(uuid, int, jsonb, uuid)
create or replace function pbdb._collect_answer(
    p_result_id uuid, p_needed int, p_answer jsonb, p_answered_by uuid
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_answers jsonb;
begin
    update pbdb.playbook_step_results as r
    set
        metadata = jsonb_build_object(
            'answers', coalesce(r.metadata -> 'answers', '[]') || jsonb_build_array(
                jsonb_build_object(
                    'answer', p_answer, 'answered_by', p_answered_by,
                    'answered_at', clock_timestamp()
                )
            )
        ),
        updated_at = clock_timestamp()
    where
        r.id = p_result_id
        and (
            p_answered_by is null
            or not coalesce(r.metadata -> 'answers', '[]') @> jsonb_build_array(
                jsonb_build_object('answered_by', p_answered_by)
            )
        )
    returning r.metadata -> 'answers' into v_answers;
    if not found then
        raise exception using
            errcode = 'PB013',
            message = format('%s has answered already', p_answered_by),
            hint = 'Each person answers once; others are still asked.';
    end if;
    return case when jsonb_array_length(v_answers) >= p_needed then v_answers end;
end;
$fn$;

comment on function pbdb._collect_answer(uuid, int, jsonb, uuid) is
'Keeps one of several answers; all of them once enough have come, null before. Raises PB013 for a '
'second answer.';

revoke execute on function pbdb._collect_answer(uuid, int, jsonb, uuid) from public;
