-- drop: function pbdb._schema_dialect_is_read(text)
--
-- What older drafts say with keywords that mean something else today (dependencies, a list of
-- items, additionalItems, ids and anchors) is refused keyword by keyword, whatever $schema says.
create or replace function pbdb._schema_dialect_is_read(p_uri text)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select p_uri ~ (
        '^https?://json-schema\.org/'
        '(draft/2020-12/schema|draft/2019-09/schema|draft-07/schema|draft-06/schema)#?$'
    );
end;

comment on function pbdb._schema_dialect_is_read(text) is
'Whether a schema that says $schema is read: drafts 2020-12, 2019-09, 07 and 06, whose keywords '
'mean the same where pbdb knows them. Null for null.';

revoke execute on function pbdb._schema_dialect_is_read(text) from public;
