-- drop: function pbdb._canonical_config(pbdb.playbook_step_type, jsonb)
--
-- Done once, when a playbook is compiled: nobody who runs a step has to know what else its keys may
-- be called.
create or replace function pbdb._canonical_config(
    p_type pbdb.playbook_step_type, p_config jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_config jsonb := pbdb._renamed_members(
        p_config, '', pbdb._alias_names() -> p_type::text
    );
    v_written text := pbdb._milliseconds_keys() -> p_type::text ->> 0;
begin
    if jsonb_typeof(v_config -> v_written) = 'number' then
        v_config := v_config - v_written || jsonb_build_object(
            pbdb._milliseconds_keys() -> p_type::text ->> 1,
            trim_scale((v_config ->> v_written)::numeric / 1000)
        );
    end if;
    return v_config;
end;
$fn$;

comment on function pbdb._canonical_config(pbdb.playbook_step_type, jsonb) is
'The config of a step with every key under the name that pbdb.step_config_keys gives it, whichever '
'alias was written, and times in seconds.';

revoke execute on function pbdb._canonical_config(pbdb.playbook_step_type, jsonb) from public;
