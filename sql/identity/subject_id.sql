-- drop: function pbdb.subject_id(text)
--
-- Definer, because it calls what an application may not.
create or replace function pbdb.subject_id(p_subject text)
returns uuid
language plpgsql
immutable
parallel safe
strict
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    -- The UUID of version 5 of "pbdb" as a DNS name.
    v_namespace constant uuid := 'd66383ea-0dc7-53c9-80e8-5c4200e9c6d5';
    -- The server says user:<subject> of people, to tell them from keys.
    v_subject constant text := regexp_replace(p_subject, '^user:', '');
    v_hash bytea;
begin
    perform pbdb._check_text('subject', p_subject, 1000);
    if pg_input_is_valid(v_subject, 'uuid') then
        return v_subject::uuid;
    end if;
    -- RFC 9562, 5.5.
    v_hash := substr(pbdb._sha1(uuid_send(v_namespace) || convert_to(v_subject, 'UTF8')), 1, 16);
    v_hash := set_byte(v_hash, 6, get_byte(v_hash, 6) & 15 | 80);
    v_hash := set_byte(v_hash, 8, get_byte(v_hash, 8) & 63 | 128);
    return encode(v_hash, 'hex')::uuid;
end;
$fn$;

comment on function pbdb.subject_id(text) is
'The uuid that stands for a person or service where a uuid is kept (assignees, triggered_by, '
'created_by, updated_by): the subject itself when it is one, else its UUID of version 5 in the '
'namespace of pbdb. A leading user: is no part of it. Null for null. '
'Raises PB014 over 1000 characters.';

revoke execute on function pbdb.subject_id(text) from public;
grant execute on function pbdb.subject_id(text) to pbdb_app, pbdb_worker, pbdb_monitor;
