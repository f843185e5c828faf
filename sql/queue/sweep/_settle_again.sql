-- drop: function pbdb._settle_again(text, uuid, uuid)
create or replace function pbdb._settle_again(p_kind text, p_organization_id uuid, p_id uuid)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_what text := pbdb._settle_alone(p_kind, p_organization_id, p_id);
begin
    if v_what in ('put aside', 'out of time') then
        return v_what;
    end if;
    -- Nothing was done: somebody holds it, or it has moved on meanwhile.
    update pbdb.playbook_setbacks as s
    set not_before = clock_timestamp() + interval '1 second'
    where
        s.organization_id = p_organization_id and s.subject_id = p_id and v_what is null
        and (
            exists (
                select from pbdb.playbook_ready_steps as q
                where
                    q.organization_id = p_organization_id
                    and q.execution_id = s.execution_id and q.result_id = p_id
            )
            or exists (
                select from pbdb.playbook_events as e
                where
                    e.organization_id = p_organization_id and e.id = p_id
                    and e.expires_at > clock_timestamp()
            )
        );
    if not found then
        delete from pbdb.playbook_setbacks as s
        where s.organization_id = p_organization_id and s.subject_id = p_id;
    end if;
    return v_what;
end;
$fn$;

comment on function pbdb._settle_again(text, uuid, uuid) is
'Gives what was put aside its next turn, in a subtransaction of its own; what has moved is aside '
'no more.';

revoke execute on function pbdb._settle_again(text, uuid, uuid) from public;
