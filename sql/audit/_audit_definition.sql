-- drop: function pbdb._audit_definition()
--
-- A trigger, so that what an application changes without a function is kept too. Definer, because
-- an application may not write the audit.
create or replace function pbdb._audit_definition()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $fn$
declare
    -- What the engine keeps up itself is nobody's act.
    v_silent constant text[] := array[
        'updated_at', 'updated_by', 'activated_at', 'definition_hash', 'last_fired_at',
        'next_fire_at', 'last_error'
    ];
    v_row constant jsonb := to_jsonb(case tg_op when 'DELETE' then old else new end);
    v_before constant jsonb := case tg_op when 'UPDATE' then to_jsonb(old) else '{}' end;
    v_changed text[];
    v_act text := case tg_op when 'INSERT' then 'create' when 'DELETE' then 'delete' end;
begin
    if tg_op = 'UPDATE' then
        v_changed := array(
            select member.key
            from jsonb_each(v_row) as member
            where member.value is distinct from v_before -> member.key
                and member.key <> all(v_silent)
            order by member.key
        );
        if v_changed = '{}' then
            return null;
        end if;
        v_act := case
            when not v_changed @> '{status}' then 'change'
            else case v_row ->> 'status'
                when 'ACTIVE' then 'activate' when 'ARCHIVED' then 'archive'
                when 'DEPRECATED' then 'deprecate' else 'change'
            end
        end;
    end if;
    perform pbdb._audit(
        (v_row ->> 'organization_id')::uuid, concat(tg_argv[0], '.', v_act),
        (v_row ->> 'id')::uuid, v_row ->> 'name', null,
        nullif(jsonb_strip_nulls(jsonb_build_object(
            'version', v_row -> 'version',
            'changed', case when v_act = 'change' then to_jsonb(v_changed) end
        )), '{}')
    );
    return null;
end;
$fn$;

comment on function pbdb._audit_definition() is
'Trigger: keeps who created, changed, activated, retired or deleted a definition; its argument is '
'what the definition is called.';

revoke execute on function pbdb._audit_definition() from public;
