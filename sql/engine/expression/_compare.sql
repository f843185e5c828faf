-- drop: function pbdb._compare(text, jsonb, jsonb)
create or replace function pbdb._compare(p_operator text, p_left jsonb, p_right jsonb)
returns boolean
language plpgsql
immutable
parallel safe
as $fn$
declare
    v_left_kind constant text := jsonb_typeof(p_left);
begin
    case p_operator
        when 'equals' then
            return p_left = p_right;
        when 'notEquals' then
            return p_left <> p_right;
        when 'exists' then
            return v_left_kind <> 'null';
        when 'isEmpty' then
            return p_left in ('null', '""', '[]', '{}');
        when 'in' then
            return jsonb_typeof(p_right) = 'array' and pbdb._has_element(p_right, p_left);
        when 'greaterThan' then
            return coalesce(pbdb._order(p_left, p_right) > 0, false);
        when 'greaterThanOrEqual' then
            return coalesce(pbdb._order(p_left, p_right) >= 0, false);
        when 'lessThan' then
            return coalesce(pbdb._order(p_left, p_right) < 0, false);
        when 'lessThanOrEqual' then
            return coalesce(pbdb._order(p_left, p_right) <= 0, false);
        when 'contains' then
            if v_left_kind = 'array' then
                return pbdb._has_element(p_left, p_right);
            end if;
            return pbdb._are_texts(p_left, p_right)
                and strpos(p_left #>> '{}', p_right #>> '{}') > 0;
        when 'startsWith' then
            return pbdb._are_texts(p_left, p_right)
                and starts_with(p_left #>> '{}', p_right #>> '{}');
        when 'endsWith' then
            return pbdb._are_texts(p_left, p_right)
                and right(p_left #>> '{}', length(p_right #>> '{}')) = p_right #>> '{}';
        else
            raise exception using
                errcode = 'PB015',
                message = format('%L is not an operator of conditions', p_operator),
                hint = 'Use equals, notEquals, greaterThan, greaterThanOrEqual, lessThan, '
                    'lessThanOrEqual, contains, startsWith, endsWith, in, exists or isEmpty.';
    end case;
end;
$fn$;

comment on function pbdb._compare(text, jsonb, jsonb) is
'Whether the operator of a condition holds between two values, JSON null standing for missing. It '
'does not hold between values that it cannot compare. Raises PB015 for an unknown operator.';

revoke execute on function pbdb._compare(text, jsonb, jsonb) from public;
