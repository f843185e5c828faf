-- drop: function pbdb._schema_choice_errors(jsonb, jsonb, jsonb, text, integer, integer)
create or replace function pbdb._schema_choice_errors(
    p_root jsonb, p_schema jsonb, p_value jsonb, p_path text, p_depth integer, p_limit integer
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_errors jsonb := '[]';
    v_found jsonb;
    v_fitting bigint;
begin
    if p_schema ? 'anyOf' and not exists (
        select from pbdb._schema_list(p_schema -> 'anyOf') as s(value)
        where pbdb._schema_node_errors(p_root, s.value, p_value, p_path, p_depth + 1, 1) = '[]'
    ) then
        v_errors := pbdb._schema_error(p_path, 'anyOf', p_value, null);
    end if;

    if p_schema ? 'oneOf' then
        select count(*) filter (where judged.errors = '[]'),
            coalesce(pg_catalog.jsonb_agg(judged.errors -> 0), '[]')
        into v_fitting, v_found
        from pbdb._schema_list(p_schema -> 'oneOf') as s(value)
        cross join lateral pbdb._schema_node_errors(
            p_root, s.value, p_value, p_path, p_depth + 1, 1
        ) as judged(errors);
        if v_fitting <> 1 or v_found @> '[{"unchecked": true}]' then
            v_errors := v_errors || pbdb._schema_refusal(
                v_found, p_path, 'oneOf', p_value, pg_catalog.to_jsonb(v_fitting)
            );
        end if;
    end if;

    if p_schema ? 'not' then
        v_found := pbdb._schema_node_errors(
            p_root, p_schema -> 'not', p_value, p_path, p_depth + 1, 1
        );
        if v_found = '[]' or v_found @> '[{"unchecked": true}]' then
            v_errors := v_errors || pbdb._schema_refusal(v_found, p_path, 'not', p_value, null);
        end if;
    end if;

    if p_schema ? 'if' and p_schema ?| '{then,else}' then
        v_found := pbdb._schema_node_errors(
            p_root, p_schema -> 'if', p_value, p_path, p_depth + 1, 1
        );
        v_errors := v_errors || case
            when v_found @> '[{"unchecked": true}]' then v_found
            else pbdb._schema_node_errors(
                p_root,
                coalesce(p_schema -> case when v_found = '[]' then 'then' else 'else' end, 'true'),
                p_value, p_path, p_depth + 1, p_limit
            )
        end;
    end if;
    return v_errors;
end;
$fn$;

comment on function pbdb._schema_choice_errors(jsonb, jsonb, jsonb, text, integer, integer) is
'Errors of anyOf, oneOf, not and if: keywords that try a schema without demanding that it fits.';

revoke execute on function pbdb._schema_choice_errors(jsonb, jsonb, jsonb, text, integer, integer)
from public;
