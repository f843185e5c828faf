-- drop: function pbdb.activate_playbook(uuid)
--
-- Definer, because the program is what the engine obeys and only this function may write it; the
-- tenant comes from the context.
create or replace function pbdb.activate_playbook(p_playbook_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook pbdb.playbooks := pbdb._lock_playbook(p_playbook_id);
    v_issues text;
    v_count int;
begin
    select
        count(*),
        string_agg(concat_ws(
            ': ', issue.code, concat_ws(' ', issue.step_name, issue.path), issue.message
        ), e'\n')
    into v_count, v_issues
    from pbdb._playbook_issues(v_playbook.id) as issue
    where issue.severity = 'error';

    if v_count > 0 then
        raise exception using
            errcode = 'PB010',
            message = format(
                'playbook %s version %s has errors (%s): %s',
                v_playbook.name, v_playbook.version, v_count,
                pbdb._shown(split_part(v_issues, e'\n', 1), 800)
            ),
            detail = pbdb._shown(v_issues, 3000),
            hint = format(
                'select * from pbdb.validate_playbook(''%s'') says what to do about each.',
                p_playbook_id
            );
    end if;

    insert into pbdb.playbook_programs (playbook_id, organization_id, program)
    values (
        v_playbook.id, v_playbook.organization_id, pbdb._compile_playbook(v_playbook.id)
    )
    on conflict (organization_id, playbook_id) do update set program = excluded.program
    where playbook_programs.program is distinct from excluded.program;

    update pbdb.playbooks as playbook
    set
        status = 'ACTIVE',
        activated_at = coalesce(playbook.activated_at, now()),
        definition_hash = coalesce(
            playbook.definition_hash, pbdb._definition_hash(playbook.id)
        )
    where
        playbook.organization_id = v_playbook.organization_id
        and playbook.id = v_playbook.id
        and playbook.status <> 'ACTIVE';
end;
$fn$;

comment on function pbdb.activate_playbook(uuid) is
'Makes a playbook version ready to start and freezes its definition. Calling it again writes the '
'program anew, which picks up agents defined since. Raises PB001, PB004, PB010 while the playbook'
' has errors (the detail lists them).';

revoke execute on function pbdb.activate_playbook(uuid) from public;
grant execute on function pbdb.activate_playbook(uuid) to pbdb_app;
