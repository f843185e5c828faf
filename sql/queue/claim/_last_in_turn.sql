-- drop: function pbdb._last_in_turn(pbdb.claimed_step[], uuid)
create or replace function pbdb._last_in_turn(p_claims pbdb.claimed_step[], p_place uuid)
returns uuid
language sql
immutable
security invoker
begin atomic
select c.organization_id
from unnest(p_claims) as c
order by c.organization_id <= p_place desc, c.organization_id desc
limit 1;
end;

comment on function pbdb._last_in_turn(pbdb.claimed_step[], uuid) is
'The tenant of some claims that comes last when one goes round from a place on: where the next '
'round begins, so that every tenant has its turn where there are more of them than rows. Null for '
'no claims.';

revoke execute on function pbdb._last_in_turn(pbdb.claimed_step[], uuid) from public;
