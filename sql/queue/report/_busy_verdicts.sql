-- drop: function pbdb._busy_verdicts(uuid[])
create or replace function pbdb._busy_verdicts(p_ids uuid[])
returns pbdb.verdict[]
language sql
immutable
parallel safe
security invoker
begin atomic
select array(
    select
        row(
            b.id, 'busy', '55P03',
            format('the execution of attempt %s is held by another transaction', b.id)
        )::pbdb.verdict
    from unnest(p_ids) as b (id)
);
end;

comment on function pbdb._busy_verdicts(uuid[]) is
'The verdicts for reports that somebody''s transaction stands in the way of: nothing was changed, '
'they may come again.';

revoke execute on function pbdb._busy_verdicts(uuid[]) from public;
