-- drop: function pbdb._check_memories(text[], jsonb[], real[], integer)
create or replace function pbdb._check_memories(
    p_contents text[], p_metadata jsonb[], p_importances real[], p_embedding_count int
)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_count int := cardinality(p_contents);
    v_issue record;
begin
    perform pbdb._check_count('memories', greatest(v_count, p_embedding_count));
    if v_count is null
        or p_embedding_count <> v_count
        or cardinality(p_metadata) <> v_count
        or cardinality(p_importances) <> v_count
    then
        raise exception using
            errcode = 'PB017',
            message = format(
                '%s contents, %s embeddings, %s metadata, %s importances do not fit together',
                v_count, p_embedding_count, cardinality(p_metadata), cardinality(p_importances)
            ),
            hint = 'Pass arrays of one length, in the same order; null for what no memory has.';
    end if;

    select
        u.i,
        case
            when octet_length(u.content) > 262144 then 'PB014'
            else 'PB017'
        end as code,
        case
            when octet_length(u.content) > 262144
                then format('has %s bytes; at most 262144 can be stored', octet_length(u.content))
            when jsonb_typeof(u.metadata) <> 'object'
                then format('has metadata of type %s, not an object', jsonb_typeof(u.metadata))
            when not u.importance between 0 and 1
                then format('has importance %s, not 0 to 1', u.importance)
        end as problem
    into v_issue
    from rows from (unnest(p_contents), unnest(p_metadata), unnest(p_importances))
        with ordinality as u (content, metadata, importance, i)
    where octet_length(u.content) > 262144
        or jsonb_typeof(u.metadata) <> 'object'
        or not u.importance between 0 and 1
    order by u.i
    limit 1;

    if v_issue.i is not null then
        raise exception using
            errcode = v_issue.code,
            message = format('memory %s %s', v_issue.i, v_issue.problem),
            hint = 'A memory is a passage of text; split documents before storing them.';
    end if;
end;
$fn$;

comment on function pbdb._check_memories(text[], jsonb[], real[], integer) is
'Raises PB014 for a content that is too large, PB017 for everything else that cannot be stored.';

revoke execute on function pbdb._check_memories(text[], jsonb[], real[], integer) from public;
