-- drop: function pbdb._insert_for_a_moment(uuid, jsonb)
create or replace function pbdb._insert_for_a_moment(p_organization_id uuid, p_document jsonb)
returns uuid
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_playbook_id uuid;
begin
    -- A loop, because somebody may have such a version after all.
    loop
        v_playbook_id := pbdb._insert_playbook(
            p_organization_id, p_document, 1073741824 + floor(random() * 1073741823)::int
        );
        exit when v_playbook_id is not null;
    end loop;
    return v_playbook_id;
end;
$fn$;

comment on function pbdb._insert_for_a_moment(uuid, jsonb) is
'Writes a checked document as a DRAFT that the caller undoes: of a version so high that it is the '
'newest of its name, and so random that nobody waits for anybody.';

revoke execute on function pbdb._insert_for_a_moment(uuid, jsonb) from public;
