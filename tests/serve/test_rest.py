"""REST as an app uses it: playbooks, executions, people, lists and pages."""

from __future__ import annotations

import re
import uuid

import httpx2 as httpx

from serve.served import ECHO, Served, token


def test_an_execution_is_started_once_for_a_key_and_read(served: Served) -> None:
    first = served.call(
        "POST", "/v1/playbooks/echo/executions", {"input": {"n": 1}}, Idempotency_Key="order-7"
    )
    again = served.call(
        "POST", "/v1/playbooks/echo/executions", {"input": {"n": 1}}, Idempotency_Key="order-7"
    )
    other = served.call(
        "POST", "/v1/playbooks/echo/executions", {"input": {"n": 2}}, Idempotency_Key="order-7"
    )
    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "PB007")
    found = served.call("GET", first.headers["Location"]).json()
    assert (found["status"], found["output_data"]) == ("COMPLETED", {"n": 1})


def test_a_playbook_is_applied_run_and_retired(served: Served) -> None:
    document = {**ECHO, "name": "a/b: c", "description": "as written"}
    assert served.call("POST", "/v1/playbooks:apply", {"document": document}).json()["changed"]
    path = "/v1/playbooks/a%2Fb%3A%20c"
    assert served.call("POST", f"{path}:run", {"input": [1]}).json() == {"output": [1]}
    assert served.call("GET", f"{path}/versions/1").json()["document"]["name"] == "a/b: c"
    assert served.call("GET", f"{path}/versions/1/graph").json()["nodes"][0]["step_name"] == "say"
    assert served.call("POST", f"{path}/versions/1:deprecate").status_code == 204
    refused = served.call("POST", f"{path}/executions", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "PB005")
    nothing = served.call("POST", f"{path}/versions/9:activate")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "PB004")


def test_a_draft_is_saved_with_its_hash_and_a_stale_one_is_told(served: Served) -> None:
    document = {**ECHO, "name": "drafted"}
    saved = served.call("PUT", "/v1/playbooks/drafted/draft", {"document": document})
    tag = saved.headers["ETag"]
    newer = {"document": {**document, "description": "newer"}}
    assert served.call("PUT", "/v1/playbooks/drafted/draft", newer, If_Match=tag).is_success
    stale = served.call("PUT", "/v1/playbooks/drafted/draft", newer, If_Match=tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "PB026")
    blind = served.call("PUT", "/v1/playbooks/drafted/draft", newer)
    assert (blind.status_code, blind.json()["code"]) == (412, "PB026")


def test_a_draft_of_another_name_than_its_path_is_refused(served: Served) -> None:
    document = {**ECHO, "name": "other"}
    refused = served.call("PUT", "/v1/playbooks/drafted/draft", {"document": document})
    assert (refused.status_code, refused.json()["code"]) == (400, "PB017")
    assert "other" in refused.json()["detail"]
    assert served.call("GET", "/v1/playbooks/other/draft").status_code == 404


def test_a_document_is_checked_and_nothing_is_kept(served: Served) -> None:
    document = {"name": "bad", "steps": [{"name": "say", "type": "DATA_TRANSFORM"}]}
    found = served.call("POST", "/v1/playbooks:check", {"document": document}).json()
    assert (found["is_valid"], found["issues"][0]["code"]) == (False, "CONFIG_KEY_MISSING")
    assert served.call("GET", "/v1/playbooks/bad").status_code == 404


def test_a_person_answers_from_the_inbox(served: Served) -> None:
    started = served.call("POST", "/v1/playbooks/ask/executions", {}).json()["execution_id"]
    (waiting,) = served.call("GET", "/v1/inbox").json()["items"]
    path = f"/v1/executions/{started}/steps/{waiting['step_name']}:answer"
    wrong = served.call("POST", path, {"answer": {}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "PB012")
    assert served.call("POST", path, {"answer": {"ok": True}}).status_code == 204
    found = served.call("GET", f"/v1/executions/{started}").json()
    assert (found["status"], found["output_data"]) == ("COMPLETED", {"ok": True})


def test_an_execution_is_steered_alone_and_in_bulk(served: Served) -> None:
    one, two = (
        served.call("POST", "/v1/playbooks/ask/executions", {}).json()["execution_id"]
        for _ in range(2)
    )
    assert served.call("POST", f"/v1/executions/{one}:pause").status_code == 204
    assert served.call("GET", f"/v1/executions/{one}").json()["status"] == "PAUSED"
    assert served.call("POST", f"/v1/executions/{one}:resume").status_code == 204
    many = {"execution_ids": [one, two, str(uuid.uuid4())], "reason": "closing"}
    outcomes = served.call("POST", "/v1/executions:cancel", many).json()["items"]
    assert sorted(each["outcome"] for each in outcomes) == ["done", "done", "refused"]
    refused = served.call("POST", f"/v1/executions/{one}:pause")
    assert (refused.status_code, refused.json()["code"]) == (409, "PB008")


def test_pages_of_a_list_hold_everything_once(served: Served) -> None:
    started = {
        served.call("POST", "/v1/playbooks/echo/executions", {}).json()["execution_id"]
        for _ in range(5)
    }
    seen, path = [], "/v1/executions?limit=2&status=COMPLETED&playbook_name=echo"
    while path:
        page = served.call("GET", path)
        seen += [each["execution_id"] for each in page.json()["items"]]
        link = re.match(r'<(.+)>; rel="next"', page.headers.get("Link", ""))
        path = link[1] if link else ""
        assert page.json()["applied"]["limit"] == 2
    assert (len(seen), set(seen)) == (5, started)


def test_an_event_a_trigger_an_agent_and_a_template_are_put(served: Served) -> None:
    trigger = {"playbook_name": "echo", "event_name": "paid"}
    assert served.call("PUT", "/v1/triggers/on-paid", trigger).status_code == 200
    emitted = served.call("POST", "/v1/events/paid", {"payload": {"order": 7}})
    assert (emitted.status_code, emitted.json()) == (202, {"delivered": 1})
    assert served.call("PUT", "/v1/agents/helper", {"model": "test"}).status_code == 200
    template = {"template": "Hello {{ name }}"}
    assert served.call("PUT", "/v1/prompt-templates/hi", template).json() == {"version": 1}
    assert served.call("DELETE", "/v1/triggers/on-paid").status_code == 204
    assert served.call("GET", "/v1/triggers").json()["items"] == []


def test_rpc_calls_the_same_functions_as_postgrest_does(served: Served) -> None:
    started = served.call("POST", "/rpc/start_playbook", {"p_name": "echo"})
    one = "application/vnd.pgrst.object+json"
    path = f"/rpc/get_execution?p_execution_id={started.json()}"
    assert served.call("GET", path).json()[0]["status"] == "COMPLETED"
    assert served.call("GET", path, Accept=one).json()["status"] == "COMPLETED"
    missing = served.call("POST", "/rpc/start_playbook", {})
    assert (missing.status_code, missing.json()["code"]) == (404, "PGRST202")
    for hidden in ("set_organization", "claim_playbook_steps", "_start_runs", "pg_sleep"):
        assert served.call("POST", f"/rpc/{hidden}", {}).status_code == 404
    assert served.call("GET", "/rpc/start_playbook?p_name=echo").status_code == 405


def test_a_memory_is_stored_found_and_deleted(served: Served) -> None:
    stored = served.call("POST", "/v1/memories", {"content": "Ada drinks tea", "source": "talk"})
    assert stored.status_code == 201
    search = {"query": "tea", "mode": "text"}
    (found,) = served.call("POST", "/v1/memories:search", search, scope="read").json()["items"]
    assert (found["id"], found["content"]) == (stored.json()["memory_id"], "Ada drinks tea")
    assert (
        served.call("POST", "/v1/memories:search", search, tenant=served.theirs).json()["items"]
        == []
    )
    path = f"/v1/memories/{found['id']}"
    assert served.call("DELETE", path, tenant=served.theirs).status_code == 404
    assert served.call("DELETE", path, scope="read start").status_code == 403
    assert served.call("DELETE", path).status_code == 204
    assert served.call("POST", "/v1/memories:search", search).json()["items"] == []


def test_a_playbook_comes_in_as_yaml_and_is_kept_as_written(served: Served) -> None:
    text = """\
# a comment that stays
name: written
steps:
  - {name: say, type: DATA_TRANSFORM, config: {output: $input}}
"""
    applied = yaml_call(served, "POST", "/v1/playbooks:apply", text)
    assert applied.json()["changed"], applied.text
    assert served.call("GET", "/v1/playbooks/written").json()["source"] == text
    checked = yaml_call(served, "POST", "/v1/playbooks:check", "name: x\nsteps: []\n")
    assert checked.json()["is_valid"] is False
    broken = yaml_call(served, "POST", "/v1/playbooks:check", "name: [x\n")
    assert (broken.status_code, broken.json()["code"]) == (400, "PB017")
    assert "the body:" in broken.json()["detail"]


def yaml_call(served: Served, method: str, path: str, text: str) -> httpx.Response:
    said = {"Authorization": f"Bearer {token(served.mine)}", "Content-Type": "application/yaml"}
    return httpx.request(method, served.address + path, content=text, headers=said, timeout=30)


def test_a_problem_names_each_part_that_is_wrong(served: Served) -> None:
    document = {**ECHO, "name": "strict", "input_schema": {"type": "object", "required": ["n"]}}
    served.call("POST", "/v1/playbooks:apply", {"document": document})
    refused = served.call("POST", "/v1/playbooks/strict/executions", {"input": {}}).json()
    assert refused["code"] == "PB006" and len(refused["errors"]) == 1
    assert {"path", "message"} <= refused["errors"][0].keys()
    malformed = served.call("POST", "/v1/playbooks:apply", {"document": {"name": "x", "stps": []}})
    assert "stps" in {each["path"] for each in malformed.json()["errors"]}
