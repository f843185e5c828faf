-- drop: function pbdb._fail_turn(uuid, uuid, text, text, text, boolean)
create or replace function pbdb._fail_turn(
    p_execution_id uuid,
    p_result_id uuid,
    p_place text,
    p_sqlstate text,
    p_message text,
    p_used_its_time boolean
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $fn$
declare
    v_organization_id uuid;
    v_turns int;
    v_code text := case when p_used_its_time then 'TIMEOUT' else 'ENGINE_ERROR' end;
begin
    select e.organization_id into v_organization_id
    from pbdb.playbook_executions as e
    where e.id = p_execution_id;
    if not found then
        return null;
    end if;
    v_turns := pbdb._set_aside(
        v_organization_id, p_execution_id, coalesce(p_result_id, p_execution_id), p_place,
        p_sqlstate, p_message
    );
    if p_result_id is null
        or pbdb._aborts_the_turn(p_sqlstate) and not p_used_its_time and v_turns < 5
        or not pbdb._give_up(p_execution_id, p_result_id, jsonb_build_object(
            'code', v_code, 'message', format(
                '%s (SQLSTATE %s, %s, turn %s)', left(p_message, 9000), p_sqlstate, p_place,
                v_turns
            )
        )) then
        return null;
    end if;
    delete from pbdb.playbook_setbacks as s
    where s.organization_id = v_organization_id and s.subject_id = p_result_id;
    return v_code;
end;
$fn$;

comment on function pbdb._fail_turn(uuid, uuid, text, text, text, boolean) is
'Puts an attempt aside whose turn failed (null: the execution itself, whose time is over). When '
'the error is its own, when it used up its time alone, or at the fifth turn, it fails instead, and '
'the code with which it did comes back.';

revoke execute on function pbdb._fail_turn(uuid, uuid, text, text, text, boolean) from public;
