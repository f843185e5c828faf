-- drop: function pbdb._refuse_while_open(pbdb.playbooks, text)
create or replace function pbdb._refuse_while_open(p_playbook pbdb.playbooks, p_verb text)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_count bigint := pbdb._open_executions(p_playbook.id);
begin
    if v_count > 0 then
        raise exception using
            errcode = 'PB008',
            message = format(
                'playbook %s version %s has %s open executions: it cannot be %s',
                p_playbook.name, p_playbook.version, v_count, p_verb
            ),
            hint = 'Deprecate it so that nothing new starts, then wait for them or cancel them.';
    end if;
end;
$fn$;

comment on function pbdb._refuse_while_open(pbdb.playbooks, text) is
'Raises PB008 while executions of the playbook are open.';

revoke execute on function pbdb._refuse_while_open(pbdb.playbooks, text) from public;
