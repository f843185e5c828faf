-- drop: function pbdb._expand_handlers(text[])
--
-- From key to key, because one range over a type would read every step of it that is queued.
create or replace function pbdb._expand_handlers(p_handlers text[])
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $fn$
declare
    v_handlers text[] := p_handlers;
    v_type text;
    v_handler text;
begin
    foreach v_type in array pbdb._named_types() loop
        continue when not v_type = any(p_handlers);
        v_handler := v_type || ':';
        loop
            select q.handler into v_handler
            from pbdb.playbook_ready_steps as q
            where q.handler > v_handler and q.handler < v_type || ';' and q.state = 'READY'
            order by q.handler
            limit 1;
            exit when not found;
            v_handlers := v_handlers || v_handler;
        end loop;
    end loop;
    return v_handlers;
end;
$fn$;

comment on function pbdb._expand_handlers(text[]) is
'The handler keys with a bare type that has a handler for each name (AGENT_EXECUTION, '
'CUSTOM_FUNCTION) replaced by every queued key of that type.';

revoke execute on function pbdb._expand_handlers(text[]) from public;
