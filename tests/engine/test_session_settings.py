"""What the session that advances an execution is set to changes nothing of what comes out."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from build import Tenant, transform

SETTINGS = (
    {"timezone": "Pacific/Auckland"},
    {"timezone": "America/Los_Angeles", "datestyle": "SQL, DMY"},
    {"datestyle": "German, DMY"},
    {"datestyle": "Postgres, MDY", "intervalstyle": "sql_standard"},
    {"intervalstyle": "iso_8601", "extra_float_digits": "-10", "bytea_output": "escape"},
)
QUERY = """
select
    timestamptz '2026-04-03 12:00:00+02' as at, date '2026-04-03' as day, interval '-1 day -2 hours'
    as span, '\\x00ff'::bytea as bytes, 0.1::float8 + 0.2 as number, timestamptz '2026-04-03' as noon,
    (timestamptz '2026-04-03 23:00:00+00')::text as words, date_trunc('day', $1::timestamptz) as cut
"""
TIMES = {
    "03.04.2026 05:06": "CONFIG_INVALID",
    "2026-04-03 05:06": "CONFIG_INVALID",
    "2026-04-03": "CONFIG_INVALID",
    "tomorrow": "CONFIG_INVALID",
    "infinity": "CONFIG_INVALID",
    "2026-02-30T05:06:00Z": "CONFIG_INVALID",
    "2026-04-03T05:06:00+99:00": "CONFIG_INVALID",
    "2026-04-03T05:06:07.5Z": None,
    "2026-04-03T05:06:07,25+13:45": None,
    "2026-04-03 05:06-0800": None,
    "2026-04-03T05Z": "CONFIG_INVALID",
}


def wait(**config: Any) -> dict[str, Any]:
    return {"name": "w", "type": "WAIT_FOR_INPUT", "config": config, "max_retries": 0}


def under(tenant: Tenant, settings: dict[str, str]) -> None:
    for session in (tenant.app, tenant.worker):
        for name, value in settings.items():
            session.execute("select set_config(%s, %s, false)", (name, value))


def output(tenant: Tenant, execution: uuid.UUID) -> Any:
    query = "select output_data from pbdb.playbook_executions where id = %s"
    return tenant.one(query, execution)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_rows_do_not_follow_the_session(tenant: Tenant, settings: dict[str, str]) -> None:
    tenant.apply({"name": "q", "type": "DATABASE_QUERY",
                  "config": {"query": QUERY, "params": ["2026-04-03T23:30:00-05:00"]}},
                 name="query")  # fmt: skip
    tenant.apply(wait(until="$input.at"), transform("end", "$steps.w.output"), name="until")
    expected = tenant.run(name="query")

    under(tenant, settings)

    assert tenant.run(name="query") == expected
    execution = tenant.start({"at": "2026-04-03T05:06:07.5+13:00"}, name="until")
    tenant.worker.execute("select pbdb.sweep()")
    assert output(tenant, execution) == {"waited_until": "2026-04-02T16:06:07.500000Z"}


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_time_is_read_alike_or_refused(tenant: Tenant, settings: dict[str, str]) -> None:
    tenant.apply(wait(until="$input.at"))
    under(tenant, settings)

    for text, code in TIMES.items():
        execution = tenant.start({"at": text})
        tenant.worker.execute("select pbdb.sweep()")
        assert tenant.status(execution) == ("FAILED" if code else "COMPLETED"), text
        if code:
            query = "select error_message from pbdb.playbook_executions where id = %s"
            message = tenant.one(query, execution)
            assert text in message and "with a zone" in message


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_start_of_an_execution_is_told_in_utc(tenant: Tenant, settings: dict[str, str]) -> None:
    tenant.apply(transform("t", "$execution.started_at"))
    under(tenant, settings)

    execution = tenant.start()
    text = output(tenant, execution)

    assert text.endswith("Z")
    same = "select started_at = %s::timestamptz from pbdb.playbook_executions where id = %s"
    assert tenant.one(same, text, execution)


@pytest.mark.parametrize("duration", ["-1 day 2:03:04", "1 2:03:04", "P1DT2H", 90])
def test_a_duration_is_read_alike(tenant: Tenant, duration: Any) -> None:
    tenant.apply(wait(**{"for": "$input.d"}))
    ends = set()
    for settings in ({}, *SETTINGS):
        under(tenant, settings)
        execution = tenant.start({"d": duration})
        query = (
            "select round(extract(epoch from q.due_at - e.created_at)) from"
            " pbdb.playbook_executions as e left join pbdb.playbook_ready_steps as q"
            " on q.execution_id = e.id where e.id = %s"
        )
        ends.add((tenant.status(execution), tenant.one(query, execution)))

    assert len(ends) == 1, ends
