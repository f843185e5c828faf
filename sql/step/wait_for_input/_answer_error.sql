-- drop: function pbdb._answer_error(jsonb, jsonb)
create or replace function pbdb._answer_error(p_step jsonb, p_answer jsonb)
returns jsonb
language sql
stable
security invoker
begin atomic
select pbdb._shape_error(p_step -> 'config' -> 'schema', p_answer, 'answer');
end;

comment on function pbdb._answer_error(jsonb, jsonb) is
'Why an answer does not fit the schema in a WAIT_FOR_INPUT''s config, as an error; null when it '
'fits.';

revoke execute on function pbdb._answer_error(jsonb, jsonb) from public;
