-- drop: function pbdb._roll_up_playbooks(uuid[], uuid[], int)
--
-- All of them in one subtransaction; when one cannot be rolled up, each in its own.
create or replace function pbdb._roll_up_playbooks(
    p_organization_ids uuid[], p_playbook_ids uuid[], p_limit int
)
returns int
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_count int := 0;
begin
    begin
        -- A loop, because each playbook is locked, counted and written by itself.
        for i in 1 .. cardinality(p_playbook_ids) loop
            v_count := v_count + pbdb._roll_up_playbook(
                p_organization_ids[i], p_playbook_ids[i], p_limit - v_count
            );
            exit when v_count >= p_limit;
        end loop;
        return v_count;
    exception
        when others then
            raise warning 'roll-ups go on one by one: SQLSTATE %', sqlstate;
            v_count := 0;
    end;
    for i in 1 .. least(cardinality(p_playbook_ids), 40) loop
        begin
            v_count := v_count + pbdb._roll_up_playbook(
                p_organization_ids[i], p_playbook_ids[i], p_limit - v_count
            );
        exception
            when others then
                raise warning 'playbook % cannot be rolled up: SQLSTATE %', p_playbook_ids[i],
                    sqlstate;
        end;
        exit when v_count >= p_limit;
    end loop;
    return v_count;
end;
$fn$;

comment on function pbdb._roll_up_playbooks(uuid[], uuid[], int) is
'Rolls playbooks up one after the other and gives how many executions were folded in. One that '
'cannot be rolled up is passed over with a warning; its summary counts by itself meanwhile.';

revoke execute on function pbdb._roll_up_playbooks(uuid[], uuid[], int) from public;
