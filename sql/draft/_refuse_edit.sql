-- drop: function pbdb._refuse_edit(pbdb.playbooks, text, text, text)
create or replace function pbdb._refuse_edit(
    p_draft pbdb.playbooks, p_name text, p_hash text, p_expected text
)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_saved text;
begin
    if p_expected = '*' or p_hash is not distinct from p_expected then
        return;
    end if;
    select format(
        ', saved%s at %s', ' by ' || s.saved_by,
        to_char(s.saved_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
    )
    into v_saved
    from pbdb.playbook_sources as s
    where s.organization_id = p_draft.organization_id and s.playbook_id = p_draft.id;

    raise exception using
        errcode = 'PB026',
        message = case
            when p_hash is null then format(
                'there is no draft of playbook "%s" any more: it was activated or deleted', p_name
            )
            when p_expected is null then format(
                'there is a draft of playbook "%s" already%s', p_name, v_saved
            )
            else format(
                'the draft of playbook "%s" has changed since it was read%s', p_name, v_saved
            )
        end,
        detail = format('expected %s, found %s', coalesce(pbdb._shown(p_expected), 'none'),
            coalesce(p_hash, 'none')),
        hint = format(
            'select * from pbdb.get_draft(%L) shows it as it is now. Merge, and save with its hash '
            '(null where there is none).', p_name
        );
end;
$fn$;

comment on function pbdb._refuse_edit(pbdb.playbooks, text, text, text) is
'Raises PB026 when a draft is not the one that its writer has read.';

revoke execute on function pbdb._refuse_edit(pbdb.playbooks, text, text, text) from public;
