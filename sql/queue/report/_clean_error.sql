-- drop: function pbdb._clean_error(jsonb)
create or replace function pbdb._clean_error(p_error jsonb)
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
select jsonb_strip_nulls(jsonb_build_object(
    'code', left(coalesce(nullif(p_error ->> 'code', ''), 'HANDLER_ERROR'), 100),
    'message', left(coalesce(p_error ->> 'message', 'the handler gave no message'), 10000),
    'stack', left(p_error ->> 'stack', 20000),
    'details', pbdb._capped_details(p_error -> 'details'),
    'permanent',
    case when jsonb_typeof(p_error -> 'permanent') = 'boolean' then p_error -> 'permanent' end,
    'unknown_outcome', case when p_error -> 'unknown_outcome' = 'true' then true end,
    'retry_after_seconds', case
        when jsonb_typeof(p_error -> 'retry_after_seconds') = 'number'
            then to_jsonb(least((p_error ->> 'retry_after_seconds')::numeric, 2592000))
    end
));
end;

comment on function pbdb._clean_error(jsonb) is
'A handler''s error with only the known keys, of the known types and bounded lengths; never '
'rejects a report.';

revoke execute on function pbdb._clean_error(jsonb) from public;
