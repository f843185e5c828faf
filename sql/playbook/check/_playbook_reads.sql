-- drop: function pbdb._playbook_reads(uuid)
create or replace function pbdb._playbook_reads(p_playbook_id uuid)
returns table (
    step_id uuid, path text, is_plain boolean, root text, members text[], source_id uuid
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        read.step_id, read.path, read.is_plain,
        case when source.id is null then read.root else 'steps' end,
        case when read.root like 'step\_%\_output' then '{output}'::text[] || read.members
            when read.root = 'steps' then read.members[2:] else read.members end,
        source.id
    from (
        select
            written.step_id, pbdb._pointer_path(written.path, found.location) as path,
            found.is_plain, found.root, found.members
        from pbdb._playbook_expressions(p_playbook_id) as written
        cross join lateral pbdb._expression_reads(written.value, written.kind) as found
        where written.kind <> 'schema'
    ) as read
    left join pbdb.playbook_steps as source
        on
            source.playbook_id = p_playbook_id
            and case
                when read.root = 'steps' then source.step_name = read.members[1]
                when read.root ~ '^step_\d{1,9}_output$'
                    then source.step_order = substring(read.root from '\d+')::int
            end;
end;

comment on function pbdb._playbook_reads(uuid) is
'What each expression of a playbook reads: the step it stands in (null: the playbook), its place, '
'whether as a plain name of a template, the variable, the members that it goes to from there, and '
'for outputs the step that they are of: root steps, members from output, status or error on.';

revoke execute on function pbdb._playbook_reads(uuid) from public;
