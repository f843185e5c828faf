-- drop: function pbdb._sign_playbook()
create or replace function pbdb._sign_playbook()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_actor constant uuid := pbdb.subject_id(pbdb.current_actor());
begin
    if tg_op = 'INSERT' then
        new.created_by := coalesce(new.created_by, v_actor);
    elsif new.updated_by is not distinct from old.updated_by then
        new.updated_by := coalesce(v_actor, old.updated_by);
    end if;
    return new;
end;
$fn$;

comment on function pbdb._sign_playbook() is
'Trigger: created_by and updated_by are the actor of the transaction, as subject_id gives it, '
'unless they are written themselves.';

revoke execute on function pbdb._sign_playbook() from public;
