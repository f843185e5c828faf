-- drop: function pbdb._freeze_playbook()
--
-- Definer, because the test for a program must not depend on what the caller may read.
create or replace function pbdb._freeze_playbook()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_free constant text[] := array['status', 'updated_by', 'updated_at', 'activated_at'];
    v_changed text;
begin
    if tg_op = 'INSERT' or old.status = 'DRAFT' then
        if new.status <> 'DRAFT' and not exists (
            select from pbdb.playbook_programs as program
            where
                program.organization_id = new.organization_id
                and program.playbook_id = new.id
        ) then
            raise exception using
                errcode = 'PB008',
                message = format('playbook %s version %s is not activated', new.name, new.version),
                hint = 'Insert it as DRAFT and call pbdb.activate_playbook(id).';
        end if;
        return new;
    end if;

    select string_agg(after.key, ', ' order by after.key) into v_changed
    from jsonb_each(to_jsonb(new)) as after (key, value)
    where
        after.value is distinct from to_jsonb(old) -> after.key
        and (not after.key = any(v_free) or (after.key = 'status' and new.status = 'DRAFT'));

    if v_changed is not null then
        raise exception using
            errcode = 'PB011',
            message = format(
                'playbook %s version %s is %s: its definition cannot change (%s)',
                old.name, old.version, old.status, v_changed
            ),
            hint = 'Import the changed document: that makes a new DRAFT version.';
    end if;
    return new;
end;
$fn$;

comment on function pbdb._freeze_playbook() is
'Trigger: a playbook leaves DRAFT only with a program (PB008) and never returns to it; after that'
' only its status changes (PB011).';

revoke execute on function pbdb._freeze_playbook() from public;
