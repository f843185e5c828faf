-- drop: function pbdb._assignees_fit(jsonb)
--
-- In small letters only: who answers is compared as text.
create or replace function pbdb._assignees_fit(p_assignees jsonb)
returns boolean
language sql
immutable
parallel safe
begin atomic
    select
        jsonb_typeof(p_assignees) = 'array'
        and jsonb_array_length(p_assignees) > 0
        and not exists (
            select from jsonb_array_elements(
                case jsonb_typeof(p_assignees) when 'array' then p_assignees end
            ) as assignee (value)
            where
                jsonb_typeof(assignee.value) <> 'string'
                or assignee.value #>> '{}'
                !~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
        );
end;

comment on function pbdb._assignees_fit(jsonb) is
'Whether somebody can answer as one of these: a list of ids, not empty, in the form in which '
'PostgreSQL writes a uuid. Null gives null.';

revoke execute on function pbdb._assignees_fit(jsonb) from public;
