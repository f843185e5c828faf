-- drop: function pbdb._member_issues(uuid)
--
-- Longer than a screen because it is one list of rules.
create or replace function pbdb._member_issues(p_playbook_id uuid)
returns table (
    severity text, step_id uuid, code text, path text, message text, hint text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    with reads as materialized (
        select read.*, row_number() over () as number
        from pbdb._playbook_reads(p_playbook_id) as read
    ),

    closed as (
        select reads.*, reads.members[1] as member, known.members as known
        from reads
        inner join (values
            ('steps', '{output,status,error}'::text[]),
            ('error', '{code,message,step,details,failures}'),
            ('execution', '{id,name,playbook,version,trigger_source,started_at}'),
            ('outer', '{item,index,outer}')
        ) as known (root, members)
            on reads.root = known.root
        where reads.root <> 'steps' or reads.source_id is not null
        union all
        select reads.*, reads.members[2], '{code,message,step,details,failures}'
        from reads
        where reads.source_id is not null and reads.members[1] = 'error'
    )

    select
        case when closed.is_plain then 'warning' else 'error' end,
        closed.step_id, 'MEMBER_UNKNOWN', closed.path,
        format(
            '$%s has no member %s', case
                when closed.source_id is null then closed.root
                when closed.member = closed.members[1] then 'steps.' || source.step_name
                else format('steps.%s.error', source.step_name)
            end, closed.member
        ),
        concat(
            case when closed.number <= 50 then pbdb._suggestion(closed.member, closed.known) end,
            case
                when closed.source_id is not null and closed.member = closed.members[1]
                    then ' What the step gave is under output.'
            end
        )
    from closed
    left join pbdb.playbook_steps as source on closed.source_id = source.id
    where closed.member <> all(closed.known)
    union all
    select
        'warning', reads.step_id, 'STEP_READ_WHOLE', reads.path,
        format('$steps.%s is {output, status, error}', source.step_name),
        format('What the step gave is $steps.%s.output.', source.step_name)
    from reads
    inner join pbdb.playbook_steps as source on reads.source_id = source.id
    where reads.members = '{}'
    union all
    select
        case when reads.is_plain then 'warning' else 'error' end,
        reads.step_id, 'MEMBER_UNKNOWN', reads.path,
        format('%s has no member %s', shape.name, lack.member),
        case when reads.number <= 50 then pbdb._suggestion(lack.member, lack.known) end
    from reads
    cross join lateral pbdb._shape_of(
        p_playbook_id, reads.step_id, reads.root, reads.members, reads.source_id
    ) as shape
    cross join lateral pbdb._schema_lacks(shape.schema, shape.members) as lack
    where
        lack.member is not null
        -- In an operation, $item is an element of what it works on.
        and not (reads.root = 'item' and reads.path ~ '^config\.operations\[')
    union all
    select
        'warning', reads.step_id, 'MEMBER_UNKNOWN', reads.path,
        'a list has no member length', 'The number of elements is .size().'
    from reads
    where
        not reads.is_plain and cardinality(reads.members) > 1
        and reads.members[cardinality(reads.members)] in ('length', 'Length')
        and not exists (
            select
            from pbdb._shape_of(
                p_playbook_id, reads.step_id, reads.root, reads.members, reads.source_id
            )
        );
end;

comment on function pbdb._member_issues(uuid) is
'Members that expressions read and that cannot be there (MEMBER_UNKNOWN): of $steps.x, $error, '
'$execution, and of values with a closed schema; and steps that are read without output, status '
'or error (STEP_READ_WHOLE).';

revoke execute on function pbdb._member_issues(uuid) from public;
