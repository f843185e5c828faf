-- drop: function pbdb._schema_wanted(text, jsonb)
--
-- All the words of the validator in one place, so that they stay alike.
create or replace function pbdb._schema_wanted(p_keyword text, p_wanted jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    return replace(
        case p_keyword
            when 'type' then 'is not of type $'
            when 'enum' then 'is not one of $'
            when 'const' then 'is not $'
            when 'minLength' then 'is shorter than $ characters'
            when 'maxLength' then 'is longer than $ characters'
            when 'pattern' then 'does not match the pattern $'
            when 'minimum' then 'is less than $'
            when 'maximum' then 'is greater than $'
            when 'exclusiveMinimum' then 'is not greater than $'
            when 'exclusiveMaximum' then 'is not less than $'
            when 'multipleOf' then 'is not a multiple of $'
            when 'required' then 'lacks the required property $'
            when 'dependentRequired' then 'lacks property $, which another property requires'
            when 'minProperties' then 'has fewer than $ properties'
            when 'maxProperties' then 'has more than $ properties'
            when 'propertyNames' then 'has a property name that is not allowed: $'
            when 'minItems' then 'has fewer than $ items'
            when 'maxItems' then 'has more than $ items'
            when 'uniqueItems' then 'has items that are equal'
            when 'contains' then 'has too few items that fit "contains" (at least $)'
            when 'maxContains' then 'has more than $ items that fit "contains"'
            when 'anyOf' then 'fits none of the schemas of "anyOf"'
            when 'oneOf' then 'fits $ of the schemas of "oneOf" instead of exactly one'
            when 'not' then 'fits the schema of "not"'
            else 'is not allowed'
        end,
        '$',
        case
            when p_keyword = 'type' and pg_catalog.jsonb_typeof(p_wanted) = 'array'
                then replace(pg_catalog.translate(p_wanted::text, '[]"', ''), ', ', ' or ')
            when p_keyword = 'type' then p_wanted #>> '{}'
            when length(p_wanted::text) > 200 then left(p_wanted::text, 197) || '...'
            else coalesce(p_wanted::text, '')
        end
    );
end;
$fn$;

comment on function pbdb._schema_wanted(text, jsonb) is
'What to say of a value that a keyword refuses: the second half of an error message.';

revoke execute on function pbdb._schema_wanted(text, jsonb) from public;
