-- drop: function pbdb._schema_keywords()
create or replace function pbdb._schema_keywords()
returns table (keyword text, kind text)
language sql
immutable
parallel safe
begin atomic
    select k.keyword, w.kind
    from (
        values
        ('schema', '{additionalProperties,unevaluatedProperties,items,unevaluatedItems,contains,
            propertyNames,not,if,then,else,contentSchema}'::text[]),
        ('schema list', '{allOf,anyOf,oneOf,prefixItems}'),
        ('schema map', '{properties,patternProperties,dependentSchemas,$defs,definitions}'),
        ('text map', '{dependentRequired}'),
        ('text list', '{required}'),
        ('types', '{type}'),
        ('count', '{minLength,maxLength,minItems,maxItems,minContains,maxContains,minProperties,
            maxProperties}'),
        ('number', '{minimum,maximum,exclusiveMinimum,exclusiveMaximum}'),
        ('positive number', '{multipleOf}'),
        ('boolean', '{uniqueItems,deprecated,readOnly,writeOnly}'),
        ('pattern', '{pattern}'),
        ('array', '{enum,examples}'),
        ('anything', '{const,default}'),
        ('text', '{title,description,format,contentEncoding,contentMediaType,$comment}'),
        ('reference', '{$ref}'),
        ('anchor', '{$anchor}'),
        ('id', '{$id}'),
        ('dialect', '{$schema}'),
        ('unsupported', '{$dynamicRef,$dynamicAnchor,$recursiveRef,$recursiveAnchor,$vocabulary,
            dependencies,additionalItems}')
    ) as w(kind, keywords)
    cross join lateral unnest(w.keywords) as k(keyword);
end;

comment on function pbdb._schema_keywords() is
'Every keyword that pbdb knows, and the kind of value that it takes.';

revoke execute on function pbdb._schema_keywords() from public;
