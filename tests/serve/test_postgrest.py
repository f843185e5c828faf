"""The official PostgREST clients of Python and JavaScript over /rpc."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from postgrest import APIError, SyncPostgrestClient

from serve.served import Served, token
from web import typescript


@pytest.fixture
def rest(served: Served) -> Any:
    """The client of Python."""
    headers = {"Authorization": f"Bearer {token(served.mine)}"}
    with SyncPostgrestClient(served.address, headers=headers) as client:
        yield client


def test_python_lists_starts_and_reads(rest: Any) -> None:
    names = [each["name"] for each in rest.rpc("list_playbooks", {}).execute().data]
    assert names == ["ask", "echo"]
    started = rest.rpc("start_playbook", {"p_name": "echo", "p_input": {"a_b": [1]}}).execute().data
    found = rest.rpc("get_execution", {"p_execution_id": started}, get=True).single().execute().data
    assert (found["status"], found["output_data"]) == ("COMPLETED", {"a_b": [1]})
    waiting = rest.rpc("start_playbook", {"p_name": "ask"}).execute().data
    answer = {"p_execution_id": waiting, "p_step_name": "hold", "p_answer": {"ok": True}}
    rest.rpc("submit_step_input", answer).execute()
    listed = rest.rpc("list_executions", {"p_statuses": ["COMPLETED"], "p_limit": 10}).execute()
    assert {each["execution_id"] for each in listed.data} == {started, waiting}


def test_python_is_told_message_hint_and_code(rest: Any) -> None:
    with pytest.raises(APIError) as refused:
        rest.rpc("start_playbook", {"p_name": "no such"}).execute()
    assert refused.value.code == "PB004"
    assert "no such" in (refused.value.message or "") and refused.value.hint
    with pytest.raises(APIError) as unknown:
        rest.rpc("no_such_function", {}).execute()
    assert unknown.value.code == "PGRST202"
    with pytest.raises(APIError) as many:
        rest.rpc("list_playbooks", {}).single().execute()
    assert many.value.code == "PGRST116"


def test_javascript_lists_starts_and_is_told(served: Served, tmp_path: Path) -> None:
    said = typescript.run(
        tmp_path,
        """
        const { PostgrestClient } = await import("npm:@supabase/postgrest-js@^2.0.0");
        const rest = new PostgrestClient(url, { headers: { Authorization: `Bearer ${token}` } });
        const names = await rest.rpc("list_playbooks");
        const started = await rest.rpc("start_playbook", { p_name: "echo", p_input: { a_b: [1] } });
        const found = await rest
          .rpc("get_execution", { p_execution_id: started.data }, { get: true }).single();
        const waiting = await rest.rpc("start_playbook", { p_name: "ask" });
        const answered = await rest.rpc("submit_step_input", {
          p_execution_id: waiting.data, p_step_name: "hold", p_answer: { ok: true },
        });
        const refused = await rest.rpc("start_playbook", { p_name: "no such" });
        const unknown = await rest.rpc("no_such_function");
        say({ names: names.data, found, answered, refused, unknown });
        """,
        served.address,
        token(served.mine),
    )
    assert [each["name"] for each in said["names"]] == ["ask", "echo"]
    assert said["found"]["data"]["output_data"] == {"a_b": [1]}
    assert (said["answered"]["status"], said["answered"]["error"]) == (204, None)
    error = said["refused"]["error"]
    assert (said["refused"]["status"], error["code"]) == (404, "PB004")
    assert "no such" in error["message"] and error["hint"]
    assert said["unknown"]["error"]["code"] == "PGRST202"
