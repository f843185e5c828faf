"""Playbooks that start by themselves: schedules and events."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from build import Tenant, transform
from pbdb.runner.schedules import fire_due, next_time


def outputs(tenant: Tenant) -> list[Any]:
    return [
        row[0]
        for row in tenant.rows("select output_data from pbdb.playbook_executions order by id")
    ]


def fire(worker: psycopg.Connection[Any]) -> int:
    async def work() -> int:
        connection = await psycopg.AsyncConnection.connect(
            worker.info.dsn, password=worker.info.password, autocommit=True
        )
        async with connection:
            return await fire_due(connection)

    return asyncio.run(work())


def test_an_event_starts_the_playbooks_that_it_triggers(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(transform("a", {"who": "$input.who", "fixed": "$input.fixed"}))
        each.one(
            "select pbdb.define_trigger('t', 'test', p_event_name => 'signup',"
            ' p_event_match => \'{"plan": "pro"}\', p_input => \'{"fixed": 1}\')'
        )

    assert tenant.one("select pbdb.emit_playbook_event('signup', '{\"plan\": \"free\"}')") == 0
    assert (
        tenant.one('select pbdb.emit_playbook_event(\'signup\', \'{"plan": "pro", "who": 7}\')')
        == 1
    )

    assert outputs(tenant) == [{"who": 7, "fixed": 1}]
    assert outputs(other_tenant) == []


def test_a_schedule_starts_once_for_each_time(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(transform("a", "$input"))
    tenant.one(
        "select pbdb.define_trigger('t', 'test', '0 3 * * *', 'Europe/Berlin', p_input => '5')"
    )
    assert fire(tenant.worker) == 0, "its first time is only worked out"

    owner.execute("update pbdb.playbook_triggers set next_fire_at = clock_timestamp()")
    assert fire(tenant.worker) == 1
    assert fire(tenant.worker) == 0

    assert outputs(tenant) == [5]
    assert tenant.one("select next_fire_at > clock_timestamp() from pbdb.playbook_triggers")
    assert tenant.one("select trigger_source from pbdb.playbook_executions") == "scheduled"


def test_of_two_runners_that_see_the_same_time_one_starts_the_playbook(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(transform("a", 1))
    trigger = tenant.one("select pbdb.define_trigger('t', 'test', '* * * * *')")
    due = datetime(2026, 1, 1, tzinfo=UTC)
    owner.execute("update pbdb.playbook_triggers set next_fire_at = %s", (due,))
    call = "select pbdb.fire_trigger(%s, %s, %s, clock_timestamp() + interval '1 hour')"

    answers = [
        tenant.worker.execute(call, (tenant.organization, trigger, due)).fetchone()
        for _ in range(2)
    ]

    assert answers == [(True,), (False,)]
    assert len(outputs(tenant)) == 1


def refusal(tenant: Tenant, schedule: str, given: str = "{}") -> psycopg.Error:
    with pytest.raises(psycopg.Error) as refused:
        tenant.one(
            "select pbdb.define_trigger('t', 'test', %s, p_input => %s::jsonb)", schedule, given
        )
    assert refused.value.sqlstate == "PB017"
    return refused.value


@pytest.mark.parametrize(
    ("schedule", "message", "hint"),
    [
        ("every tuesday", "not five fields but 2", "minute, hour"),
        ("", "not five fields but 1", "minute, hour"),
        ("* * * *", "not five fields but 4", "minute, hour"),
        ("0 0 3 * * *", "not five fields but 6", "Leave out seconds"),
        ("@daily", "not five fields but 1", "0 0 * * *"),
        ("@Hourly", "not five fields but 1", "0 * * * *"),
        ("@reboot", "not five fields but 1", "minute, hour"),
        ("rate(5 minutes)", "not five fields but 2", "*/5 * * * *"),
        ("cron(0 12 * * ? *)", "not five fields but 6", "Leave out cron( )"),
        ("0 12 ? * MON", "day of the month ?", "Write * for ?"),
        ("60 * * * *", "minute 60 is not 0 to 59", "minute, hour"),
        ("* 24 * * *", "hour 24 is not 0 to 23", "minute, hour"),
        ("* * 0 * *", "day of the month 0", "minute, hour"),
        ("* * * 13 *", "month 13", "minute, hour"),
        ("* * * * 8", "day of the week 8", "minute, hour"),
        ("* * * JUNE *", "month JUNE", "minute, hour"),
        ("* * * * FUN", "day of the week FUN", "minute, hour"),
        ("*/0 * * * *", "minute */0", "minute, hour"),
        ("30-10 * * * *", "minute 30-10", "minute, hour"),
        ("1,,2 * * * *", "minute  is not", "minute, hour"),
        ("-5 * * * *", "minute -5", "minute, hour"),
        ("1.5 * * * *", "minute 1.5", "minute, hour"),
        ("* * * * 1#6", "day of the week 1#6", "minute, hour"),
        ("0 0 30 2 *", "never comes", "minute, hour"),
        ("0 0 31 4,6,SEP-SEP,11 *", "never comes", "minute, hour"),
        ("0 0 30-31 FEB */2", "never comes", "minute, hour"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_refused_when_it_is_defined(
    tenant: Tenant, schedule: str, message: str, hint: str
) -> None:
    tenant.apply(transform("a", 1))
    error = refusal(tenant, schedule)

    assert message in str(error.diag.message_primary)
    assert f'"{schedule}"' in str(error.diag.message_primary)
    assert hint in str(error.diag.message_hint)


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "  0\t3 * * *  ",
        "0,30 9-17 * jan-mar,DEC mon-FRI",
        "*/15 */2 1-31/2 */3 0-7",
        "5/10 * * * *",
        "0 0 L * *",
        "0 0 LW * *",
        "0 0 * * 5L",
        "0 0 * * MON#5",
        "0 0 29 2 *",
        "0 0 31 * *",
        "0 0 31 2 MON",
        "0 0 31 2,3 *",
        "0 0 30 2/2 *",
        "059 023 * * *",
    ],
)
def test_a_schedule_that_is_accepted_is_one_that_runners_can_read(
    tenant: Tenant, schedule: str
) -> None:
    tenant.apply(transform("a", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', %s)", schedule)

    fire(tenant.worker)

    assert tenant.rows("select is_enabled, last_error from pbdb.playbook_triggers") == [
        (True, None)
    ]


def test_an_input_that_the_playbook_would_refuse_is_refused_with_the_schedule(
    tenant: Tenant,
) -> None:
    tenant.apply(transform("a", 1), input_schema={"type": "object", "required": ["n"]})
    error = refusal(tenant, "* * * * *", '{"m": 1}')

    assert '"n"' in str(error.diag.message_primary)
    assert "input_schema" in str(error.diag.message_hint)
    tenant.one("select pbdb.define_trigger('t', 'test', '* * * * *', p_input => '{\"n\": 1}')")


def test_an_event_s_trigger_gets_the_rest_of_its_input_from_the_payload(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.n"), input_schema={"type": "object", "required": ["n"]})
    tenant.one("select pbdb.define_trigger('t', 'test', p_event_name => 'e')")
    assert tenant.one("select pbdb.emit_playbook_event('e', '{\"n\": 7}')") == 1
    assert outputs(tenant) == [7]


def test_a_schedule_that_a_runner_cannot_read_is_turned_off_with_the_reason(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(transform("a", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', '* * * * *')")
    owner.execute("update pbdb.playbook_triggers set schedule = 'every tuesday'")

    fire(tenant.worker)

    assert tenant.rows(
        "select is_enabled, last_error like '%%every tuesday%%' from pbdb.playbook_triggers"
    ) == [(False, True)]


def test_what_a_trigger_cannot_start_is_kept_with_it(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(transform("a", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', '* * * * *')")
    tenant.apply(transform("a", 2), input_schema={"type": "object", "required": ["n"]})
    owner.execute("update pbdb.playbook_triggers set next_fire_at = clock_timestamp()")

    assert fire(tenant.worker) == 0
    assert "PB006" in tenant.one("select last_error from pbdb.playbook_triggers")


def test_a_trigger_of_an_unknown_playbook_or_zone_is_refused(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1))
    for arguments, state in (
        ("'t', 'nope', '* * * * *'", "PB004"),
        ("'t', 'test', '* * * * *', 'Mars/Phobos'", "PB017"),
        ("'t', 'test'", "PB017"),
    ):
        with pytest.raises(psycopg.Error) as refused:
            tenant.one(f"select pbdb.define_trigger({arguments})")
        assert refused.value.sqlstate == state


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T01:00Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
        ("0 0 * * *", "Asia/Kathmandu", "2026-01-01T00:00Z", "2026-01-01T18:15Z"),
    ],
)
def test_schedules_follow_the_clocks_of_their_zone(
    schedule: str, zone: str, after: str, expected: str
) -> None:
    found = next_time(schedule, zone, datetime.fromisoformat(after))

    assert found == datetime.fromisoformat(expected)


def test_triggers_are_listed_by_name_with_what_became_of_them(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(transform("a", 1))
        for name in ("c", "a", "b"):
            each.one("select pbdb.define_trigger(%s, 'test', p_event_name => 'signup')", name)
        each.one("select pbdb.define_trigger('s', 'test', '0 3 * * *')")
    tenant.one("select pbdb.emit_playbook_event('signup')")

    def listed(arguments: str = "") -> list[str]:
        return [row[0] for row in tenant.rows(f"select name from pbdb.list_triggers({arguments})")]

    assert listed() == ["a", "b", "c", "s"]
    assert listed("p_kind => 'schedule'") == ["s"]
    assert listed("p_after => 'a', p_limit => 1") == ["b"]
    assert listed("p_name => 'c'") == ["c"]
    assert listed("p_playbook_name => 'other'") == []
    assert tenant.rows(
        "select kind, event_name, is_enabled, last_fired_at is not null, last_error"
        " from pbdb.list_triggers(p_name => 'a')"
    ) == [("event", "signup", True, True, None)]


def test_a_trigger_that_is_off_does_not_fire_until_it_is_on_again(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', p_event_name => 'signup')")

    for _ in range(2):
        tenant.one("select pbdb.disable_trigger('t')")
    assert tenant.one("select pbdb.emit_playbook_event('signup')") == 0
    for _ in range(2):
        tenant.one("select pbdb.enable_trigger('t')")
    assert tenant.one("select pbdb.emit_playbook_event('signup')") == 1

    tenant.one("select pbdb.delete_trigger('t')")
    assert tenant.rows("select * from pbdb.list_triggers()") == []


def test_a_schedule_that_was_off_does_not_make_up_for_it(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    tenant.apply(transform("a", 1))
    tenant.one("select pbdb.define_trigger('t', 'test', '0 3 * * *')")
    tenant.one("select pbdb.disable_trigger('t')")
    owner.execute("update pbdb.playbook_triggers set next_fire_at = now() - interval '3 days'")

    tenant.one("select pbdb.enable_trigger('t')")

    fire(tenant.worker)
    assert outputs(tenant) == []
    row = tenant.rows("select next_fire_at > now(), last_fired_at from pbdb.list_triggers()")
    assert row == [(True, None)]


@pytest.mark.parametrize("verb", ["enable", "disable", "delete"])
def test_a_trigger_of_somebody_else_is_not_there(
    tenant: Tenant, other_tenant: Tenant, verb: str
) -> None:
    other_tenant.apply(transform("a", 1))
    other_tenant.one("select pbdb.define_trigger('theirs', 'test', p_event_name => 'e')")

    said = set()
    for name in ("theirs", "nobodys"):
        with pytest.raises(psycopg.Error) as refused:
            tenant.one(f"select pbdb.{verb}_trigger(%s)", name)
        said.add((refused.value.sqlstate, str(refused.value).replace(name, "")))
    assert len(said) == 1
    assert refused.value.sqlstate == "PB004"
    assert other_tenant.one("select count(*) from pbdb.list_triggers() where is_enabled") == 1
