-- drop: function pbdb._turns(text[], uuid)
--
-- From tenant to tenant by an index that has them in order, so that a long queue of one costs no
-- more than a short one. Thirty-two a handler: who is not among them is first in a later claim.
create or replace function pbdb._turns(p_handlers text[], p_place uuid)
returns table (handler text, organization_id uuid)
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
    v_has_wrapped boolean;
    v_at uuid;
begin
    foreach handler in array p_handlers loop
        v_at := p_place;
        v_has_wrapped := false;
        for i in 1 .. 33 loop
            select q.organization_id into organization_id
            from pbdb.playbook_ready_steps as q
            where
                q.handler = _turns.handler and q.state = 'READY' and q.organization_id > v_at
                and q.due_at <= v_now
            order by q.organization_id
            limit 1;
            if not found then
                exit when v_has_wrapped;
                v_has_wrapped := true;
                v_at := '00000000-0000-0000-0000-000000000000';
                continue;
            end if;
            exit when v_has_wrapped and organization_id > p_place;
            v_at := organization_id;
            return next;
        end loop;
    end loop;
end;
$fn$;

comment on function pbdb._turns(text[], uuid) is
'Which tenants have due steps of which handler keys: from the first tenant after a place on and '
'round again, at most 32 for each key. Reads only.';

revoke execute on function pbdb._turns(text[], uuid) from public;
