-- drop: function pbdb._setback_pause(int, text)
create or replace function pbdb._setback_pause(p_failed_turns int, p_sqlstate text)
returns interval
language sql
immutable
parallel safe
security invoker
begin atomic
select least(
    interval '1 second' * power(2, least(p_failed_turns, 12) - 1)
    * case when left(p_sqlstate, 2) in ('53', '57', '58') then 10 else 1 end,
    interval '1 hour'
);
end;

comment on function pbdb._setback_pause(int, text) is
'How long something stays aside after its n-th failed turn: 1, 2, 4, 8 seconds and so on up to an '
'hour; ten times as long when resources, an operator or the system were the reason, because those '
'come back in minutes.';

revoke execute on function pbdb._setback_pause(int, text) from public;
