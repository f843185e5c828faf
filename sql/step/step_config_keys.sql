-- drop: function pbdb.step_config_keys(pbdb.playbook_step_type)
--
-- In PL/pgSQL, because that keeps its plan for the session: planning it reads all types' keys.
create or replace function pbdb.step_config_keys(p_step_type pbdb.playbook_step_type)
returns table (
    ordinal int,
    key text,
    holder text,
    name text,
    aliases text[],
    milliseconds_key text,
    kinds text[],
    choices text[],
    is_caseless boolean,
    lowest numeric,
    highest numeric,
    unit text,
    default_value jsonb,
    is_required boolean,
    one_of text,
    goes_with text[],
    holds text,
    description text
)
language plpgsql
immutable
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
rows 20
as $fn$
#variable_conflict use_column
begin
    return query
    select
        known.ordinal::int, known.key, regexp_replace(known.key, '\.?[^.]+$', ''),
        substring(known.key from '[^.]+$'), coalesce(known.aliases, '{}'), known.milliseconds_key,
        known.kinds, known.choices, coalesce(known.is_caseless, false), known.lowest,
        known.highest, known.unit, known."default", coalesce(known.is_required, false),
        known.one_of, known.goes_with, known.holds, known.description
    from pbdb.step_types() as facts
    cross join lateral rows from (jsonb_to_recordset(facts.config_keys) as (
        key text, aliases text[], milliseconds_key text, kinds text[], choices text[],
        is_caseless boolean, lowest numeric, highest numeric, unit text, "default" jsonb,
        is_required boolean, one_of text, goes_with text[], holds text, description text
    )) with ordinality as known (
        key, aliases, milliseconds_key, kinds, choices, is_caseless, lowest, highest, unit,
        "default", is_required, one_of, goes_with, holds, description, ordinal
    )
    where facts.step_type = p_step_type;
end;
$fn$;

comment on function pbdb.step_config_keys(pbdb.playbook_step_type) is
'What may stand in the config of a step of this type, in the order of the documentation. key: '
'auth.type is a member of auth, branches[].when one of each element of branches; holder and name '
'are its parts. aliases: other names of the same value; milliseconds_key: a name under which it is '
'given in milliseconds. kinds of JSON: text, path (a text that begins with $, or {"$all": path}), '
'number, integer, boolean, object, array, null, any. choices: its texts (null: any), in any case '
'where is_caseless. lowest, highest and unit: of numbers. default_value: what it is when it is not '
'there (null: the description says). is_required: that it must be there; of keys with the same '
'one_of just one may be, and one must be where is_required. goes_with: without one of these it is '
'ignored. holds, how it is read: resolved (paths and templates, before anybody gets it), mapping, '
'condition, template, step (the name of one), schema; null is as it is written.';

revoke execute on function pbdb.step_config_keys(pbdb.playbook_step_type) from public;
grant execute on function pbdb.step_config_keys(pbdb.playbook_step_type)
to pbdb_app, pbdb_worker, pbdb_monitor;
