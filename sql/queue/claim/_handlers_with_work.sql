-- drop: function pbdb._handlers_with_work(text[])
create or replace function pbdb._handlers_with_work(p_handlers text[])
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_now timestamptz := clock_timestamp();
    v_handlers text[] := p_handlers;
begin
    if p_handlers && pbdb._named_types() then
        v_handlers := pbdb._expand_handlers(p_handlers);
    end if;
    return query
    select h.handler
    from unnest(v_handlers) as h (handler)
    cross join lateral (
        select q.due_at
        from pbdb.playbook_ready_steps as q
        where q.handler = h.handler and q.state = 'READY' and q.due_at <= v_now
        order by q.due_at
        limit 1
    ) as first
    group by h.handler
    order by min(first.due_at);
end;
$fn$;

comment on function pbdb._handlers_with_work(text[]) is
'Those of the handler keys for which a step is due, the longest waiting first. Reads only.';

revoke execute on function pbdb._handlers_with_work(text[]) from public;
