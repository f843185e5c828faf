-- drop: function pbdb._filled_id(text, text)
create or replace function pbdb._filled_id(p_beginning text, p_digit text)
returns uuid
language sql
immutable
parallel safe
security invoker
begin atomic
    select case
        when p_beginning ~ '^[0-9a-fA-F-]{1,36}$' and pg_input_is_valid(filled.id, 'uuid')
            then filled.id::uuid
    end
    from (
        select p_beginning || substr(
            translate('00000000-0000-0000-0000-000000000000', '0', p_digit),
            length(p_beginning) + 1
        ) as id
    ) as filled;
end;

comment on function pbdb._filled_id(text, text) is
'The id that begins as given and goes on with one hexadecimal digit; null when no id begins so.';

revoke execute on function pbdb._filled_id(text, text) from public;
