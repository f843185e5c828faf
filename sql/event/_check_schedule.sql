-- drop: function pbdb._check_schedule(text, text, jsonb, jsonb)
create or replace function pbdb._check_schedule(
    p_name text, p_schedule text, p_program jsonb, p_input jsonb
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_problem text := pbdb._cron_problem(p_schedule);
    v_errors jsonb;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'PB017',
            message = format('schedule "%s": %s', pbdb._shown(p_schedule), v_problem),
            hint = pbdb._cron_hint(p_schedule);
    end if;
    v_errors := pbdb._schema_errors(
        nullif(p_program -> 'input_schema', 'null'), coalesce(p_input, '{}')
    );
    if v_errors <> '[]' then
        raise exception using
            errcode = 'PB017',
            message = pbdb._schema_message(
                format('input of trigger "%s"', pbdb._shown(p_name)), v_errors
            ),
            detail = v_errors::text,
            hint = format(
                'Each start has this input; give one that fits the input_schema of playbook "%s".',
                p_program ->> 'name'
            );
    end if;
end;
$fn$;

comment on function pbdb._check_schedule(text, text, jsonb, jsonb) is
'Raises PB017 for a schedule that is no cron expression or never comes, and for an input that the '
'playbook would refuse each time.';

revoke execute on function pbdb._check_schedule(text, text, jsonb, jsonb) from public;
