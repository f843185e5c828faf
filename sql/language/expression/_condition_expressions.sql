-- drop: function pbdb._condition_expressions(text, jsonb, text)
create or replace function pbdb._condition_expressions(
    p_key text, p_part jsonb, p_location text
)
returns table (location text, kind text, expression text)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_text constant text := p_part #>> '{}';
begin
    if p_key in ('all', 'any', 'not') then
        return query select * from pbdb._expressions(p_part, 'condition', p_location);
    elsif p_key = 'value' then
        return query select * from pbdb._expressions(p_part, 'mapping', p_location);
    elsif p_key = 'field' and jsonb_typeof(p_part) = 'string' then
        return query
        select
            p_location,
            case when v_text like '$%' then 'path' else 'name' end,
            case
                when v_text like '$context.%' then '$' || substr(v_text, 10)
                when v_text like '$%' then v_text
                else 'input'
            end;
    end if;
end;
$fn$;

comment on function pbdb._condition_expressions(text, jsonb, text) is
'The expressions under one key of a condition object, as pbdb._expressions gives them.';

revoke execute on function pbdb._condition_expressions(text, jsonb, text) from public;
