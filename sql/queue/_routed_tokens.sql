-- drop: function pbdb._routed_tokens(uuid[], uuid[], uuid[])
create or replace function pbdb._routed_tokens(
    p_ids uuid[], p_tokens uuid[], p_organization_ids uuid[]
)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set plan_cache_mode = force_generic_plan
as $fn$
begin
    if p_organization_ids is null then
        return p_tokens;
    end if;
    perform pbdb._check_same_length(p_ids, p_organization_ids);
    return array(
        select case when r.is_elsewhere is not true then a.token end
        from unnest(p_ids, p_tokens, p_organization_ids)
            with ordinality as a (id, token, organization_id, n)
        left join lateral (
            select r.organization_id <> a.organization_id as is_elsewhere
            from pbdb.playbook_step_results as r
            where r.id = a.id
            offset 0
        ) as r on true
        order by a.n
    );
end;
$fn$;

comment on function pbdb._routed_tokens(uuid[], uuid[], uuid[]) is
'The tokens of a runner''s call, null where the attempt is not one of the organization that the '
'runner names: such a call was sent to the wrong place, and is answered as stale. Without '
'organizations, or with a null among them, nothing is compared. Raises PB017.';

revoke execute on function pbdb._routed_tokens(uuid[], uuid[], uuid[]) from public;
