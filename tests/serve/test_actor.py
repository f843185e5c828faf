"""The server says who acts, and nobody acts in somebody else's name."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

import build
from serve.served import Served

ADA = uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "pbdb"), "ada")


def started(served: Served) -> str:
    answer = served.call("POST", "/v1/playbooks/ask/executions", {})
    return str(answer.json()["execution_id"])


def test_what_is_asked_for_is_kept_with_who_asked(
    served: Served, app: psycopg.Connection[Any]
) -> None:
    execution = started(served)
    answer = f"/v1/executions/{execution}/steps/hold:answer"
    said = served.call("POST", answer, {"answer": {"ok": True}}, X_Request_Id="r-1")
    assert said.status_code == 204
    with build.as_tenant(app, served.mine):
        row = app.execute(
            "select triggered_by from pbdb.playbook_executions where id = %s", (execution,)
        ).fetchone()
    assert row == (ADA,)
    acts = served.call("GET", f"/v1/audit?object_id={execution}").json()["items"]
    assert [(each["actor"], each["action"], each["request_id"]) for each in acts] == [
        ("user:ada", "step.answer", "r-1")
    ]
    assert acts[0]["details"] == {"answered_by": str(ADA)}
    theirs = served.call("GET", "/v1/audit?actor=user:ada", tenant=served.theirs)
    assert theirs.json()["items"] == []


def test_nobody_answers_or_starts_as_somebody_else(served: Served) -> None:
    execution, other = started(served), str(uuid.uuid4())
    path = f"/v1/executions/{execution}/steps/hold:answer"
    forged = served.call("POST", path, {"answer": {"ok": True}, "answered_by": other})
    assert forged.status_code == 400
    assert "answered_by" in forged.json()["detail"]
    given = {"p_execution_id": execution, "p_step_name": "hold", "p_answer": {"ok": True}}
    for function, arguments in (
        ("submit_step_input", {**given, "p_answered_by": other}),
        ("start_playbook", {"p_name": "echo", "p_triggered_by": other}),
    ):
        assert served.call("POST", f"/rpc/{function}", arguments).status_code == 400, function
    assert served.call("GET", f"/v1/executions/{execution}").json()["status"] == "PAUSED"


def test_only_an_admin_reads_the_audit(served: Served) -> None:
    assert served.call("GET", "/v1/audit", scope="read").status_code == 403
    assert served.call("POST", "/rpc/list_audit", {}, scope="read").status_code == 403
    page = served.call("GET", "/v1/audit?limit=1", scope="admin").json()
    assert len(page["items"]) == 1
    following = served.call("GET", f"/v1/audit?limit=1&after={page['next']}", scope="admin").json()
    assert following["items"][0]["audit_id"] != page["items"][0]["audit_id"]


@pytest.mark.parametrize("subject", ["ada", "anna@example.com", str(uuid.UUID(int=7))])
def test_a_person_of_the_server_is_the_person_of_the_database(
    owner: psycopg.Connection[Any], subject: str
) -> None:
    row = owner.execute(
        "select pbdb.subject_id(%s) = pbdb.subject_id(%s)", (subject, f"user:{subject}")
    ).fetchone()
    assert row == (True,)
