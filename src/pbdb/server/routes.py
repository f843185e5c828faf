"""THE table: every route is one SQL function. OpenAPI, docs, /rpc and tests are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """What a route makes of the function's result."""

    ITEMS = "items"  # {"items": [rows], "next": cursor or null, "applied": {filters}}
    ROW = "row"  # its one row; 404 when there is none
    VALUE = "value"  # {<key>: value}
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, and the function that they call.

    `path`, `query`, `body` and `headers` say which key becomes which argument of the function.
    `names`: the key of a document in the body that must be of the path's `{name}`.
    `version`: arguments that are the id of the version that `{name}` and `{version}` mean.
    `page`: the argument of a cursor and the column that it is the last value of.
    `key`: the name of a value in the answer; `location` where the new thing is.
    """

    method: str
    url: str
    function: str
    scope: str
    answer: Answer
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    names: str | None = None
    version: str | None = None
    page: tuple[str, str] | None = None
    key: str = ""
    status: int = 200
    location: str | None = None


_ID: Final = {"id": "p_execution_id"}
_NAME: Final = {"name": "p_name"}
_KEY: Final = {"Idempotency-Key": "p_idempotency_key"}
_IDS: Final = {"execution_ids": "p_execution_ids"}


def _get(url: str, function: str, answer: Answer = Answer.ROW, **more: object) -> Route:
    return Route("GET", url, function, "read", answer, **more)  # type: ignore[arg-type]


def _post(url: str, function: str, scope: str, answer: Answer, **more: object) -> Route:
    return Route("POST", url, function, scope, answer, **more)  # type: ignore[arg-type]


def _same(*keys: str) -> dict[str, str]:
    return {each: f"p_{each}" for each in keys}


_PLAYBOOKS: Final = (
    _get(
        "/playbooks",
        "list_playbooks",
        Answer.ITEMS,
        query=_same("search", "status", "category", "tag"),
        page=("p_after", "name"),
    ),
    _get(
        "/playbooks:trends",
        "get_playbook_trends",
        Answer.ITEMS,
        query={"name": "p_names", "days": "p_days"},
    ),
    _get("/playbooks/{name}", "get_playbook", path=_NAME),
    _get(
        "/playbooks/{name}/versions",
        "list_playbook_versions",
        Answer.ITEMS,
        path=_NAME,
        page=("p_before_version", "version"),
    ),
    _get(
        "/playbooks/{name}/versions/{version}",
        "get_playbook",
        path={**_NAME, "version": "p_version"},
    ),
    _get(
        "/playbooks/{name}/versions/{version}/graph", "get_playbook_graph", version="p_playbook_id"
    ),
    _get(
        "/playbooks/{name}/versions/{version}/summary",
        "get_playbook_execution_summary",
        version="p_playbook_id",
    ),
    _get("/playbooks/{name}/draft", "get_draft", path=_NAME),
    _get(
        "/tools",
        "list_playbook_tools",
        Answer.ITEMS,
        query=_same("agent_id", "tool_name"),
        page=("p_after", "name"),
    ),
    Route(
        "PUT",
        "/playbooks/{name}/draft",
        "save_draft",
        "edit",
        Answer.ROW,
        body=_same("document", "source"),
        headers={"If-Match": "p_expected"},
        names="document",
    ),
    _post(
        "/playbooks:check", "check_playbook", "read", Answer.ROW, body={"document": "p_document"}
    ),
    _post(
        "/playbooks:what-if",
        "what_if_document",
        "operate",
        Answer.ITEMS,
        body=_same("document", "input", "outputs"),
    ),
    _post(
        "/playbooks:apply",
        "apply_playbook",
        "publish",
        Answer.ROW,
        body=_same("document", "source"),
    ),
    *(
        _post(
            f"/playbooks/{{name}}/versions/{{version}}:{verb}",
            f"{verb}_playbook",
            "publish",
            Answer.NOTHING,
            version="p_playbook_id",
        )
        for verb in ("activate", "deprecate", "archive")
    ),
    Route(
        "DELETE",
        "/playbooks/{name}/versions/{version}",
        "delete_playbook",
        "publish",
        Answer.NOTHING,
        version="p_playbook_id",
    ),
    _post(
        "/playbooks/{name}/executions",
        "start_playbook",
        "start",
        Answer.VALUE,
        path=_NAME,
        body=_same("input", "execution_name", "metadata"),
        headers=_KEY,
        key="execution_id",
        status=201,
        location="/executions/{}",
    ),
    _post(
        "/playbooks/{name}:run",
        "run_playbook",
        "start",
        Answer.VALUE,
        path=_NAME,
        body={"input": "p_input"},
        key="output",
    ),
)

_EXECUTIONS: Final = (
    _get(
        "/executions",
        "list_executions",
        Answer.ITEMS,
        query={
            **_same(
                "playbook_id",
                "playbook_name",
                "from",
                "to",
                "metadata",
                "search",
                "error_code",
                "with_children",
            ),
            "status": "p_statuses",
            "source": "p_sources",
        },
        page=("p_before_id", "execution_id"),
    ),
    _get("/executions/{id}", "get_execution", path=_ID),
    _get("/executions/{id}/progress", "get_execution_progress", path=_ID),
    _get("/executions/{id}/steps", "get_execution_steps", Answer.ITEMS, path=_ID),
    _get(
        "/executions/{id}/timeline",
        "get_execution_timeline",
        Answer.ITEMS,
        path=_ID,
        query={
            **_same("step_name", "only_open_or_failed", "item_index"),
            "status": "p_statuses",
        },
        page=("p_after_id", "step_result_id"),
    ),
    _get("/executions/{id}/diagnosis", "diagnose_execution", Answer.ITEMS, path=_ID),
    _get("/step-results/{id}", "get_step_result", path={"id": "p_step_result_id"}),
    *(
        _post(
            f"/executions/{{id}}:{verb}",
            f"{verb}_playbook_execution",
            "operate",
            Answer.NOTHING,
            path=_ID,
            body=body,
        )
        for verb, body in (
            ("pause", {}),
            ("resume", {}),
            ("cancel", _same("reason")),
            ("retry", _same("from_step", "input")),
            ("advance", {}),
        )
    ),
    *(
        _post(
            f"/executions:{verb}",
            f"{verb}_playbook_executions",
            "operate",
            Answer.ITEMS,
            body={**_IDS, **more},
        )
        for verb, more in (("cancel", _same("reason")), ("retry", _same("from_step")))
    ),
)

_PEOPLE: Final = (
    _get(
        "/inbox",
        "list_inbox",
        Answer.ITEMS,
        query=_same("assignee", "playbook_name", "execution_id", "waits_for"),
        page=("p_after_id", "step_result_id"),
    ),
    _post(
        "/executions/{id}/steps/{step}:answer",
        "submit_step_input",
        "answer",
        Answer.NOTHING,
        path={**_ID, "step": "p_step_name"},
        body=_same("answer"),
    ),
    _get(
        "/dead-letters",
        "list_dead_letters",
        Answer.ITEMS,
        query=_same("playbook_name", "error_code"),
        page=("p_before_id", "execution_id"),
    ),
    _post(
        "/dead-letters:requeue", "requeue_dead_letters", "operate", Answer.ITEMS, body=dict(_IDS)
    ),
    _post(
        "/dead-letters:discard",
        "discard_dead_letters",
        "operate",
        Answer.ITEMS,
        body={**_IDS, **_same("reason")},
    ),
)

_MEMORIES: Final = (
    _post(
        "/memories",
        "store_memory",
        "edit",
        Answer.VALUE,
        body=_same(
            "content",
            "embedding",
            "model",
            "agent_id",
            "metadata",
            "source",
            "importance",
            "expires_at",
        ),
        key="memory_id",
        status=201,
    ),
    _post(
        "/memories:search",
        "search_memories",
        "read",
        Answer.ITEMS,
        body=_same(
            "query", "embedding", "model", "agent_id", "limit", "threshold", "filter", "mode"
        ),
    ),
    Route(
        "DELETE",
        "/memories/{id}",
        "delete_memory",
        "edit",
        Answer.NOTHING,
        path={"id": "p_memory_id"},
    ),
)

_OTHERS: Final = (
    _post(
        "/events/{name}",
        "emit_playbook_event",
        "start",
        Answer.VALUE,
        path=_NAME,
        body=_same("payload", "keep_seconds"),
        headers=_KEY,
        key="delivered",
        status=202,
    ),
    _get(
        "/triggers",
        "list_triggers",
        Answer.ITEMS,
        query=_same("kind", "playbook_name"),
        page=("p_after", "name"),
    ),
    Route(
        "PUT",
        "/triggers/{name}",
        "define_trigger",
        "edit",
        Answer.VALUE,
        path=_NAME,
        body=_same(
            "playbook_name",
            "schedule",
            "time_zone",
            "event_name",
            "event_match",
            "input",
            "is_enabled",
        ),
        key="trigger_id",
    ),
    Route("DELETE", "/triggers/{name}", "delete_trigger", "edit", Answer.NOTHING, path=_NAME),
    *(
        _post(f"/triggers/{{name}}:{verb}", f"{verb}_trigger", "edit", Answer.NOTHING, path=_NAME)
        for verb in ("enable", "disable")
    ),
    Route(
        "PUT",
        "/agents/{name}",
        "define_agent",
        "edit",
        Answer.VALUE,
        path=_NAME,
        body=_same(
            "model",
            "instructions",
            "parameters",
            "tools",
            "description",
            "is_enabled",
            "metadata",
        ),
        key="agent_id",
    ),
    _get(
        "/agents/{id}/playbooks",
        "get_active_playbooks",
        Answer.ITEMS,
        path={"id": "p_agent_id"},
    ),
    Route(
        "PUT",
        "/prompt-templates/{name}",
        "store_prompt_template",
        "edit",
        Answer.VALUE,
        path=_NAME,
        body=_same("template", "options", "description"),
        key="version",
    ),
    _get(
        "/counts",
        "get_execution_counts",
        Answer.ITEMS,
        query=_same("from", "to", "bucket", "playbook_name"),
    ),
    _get("/overview", "get_overview"),
    _get(
        "/usage",
        "get_usage",
        Answer.ITEMS,
        query=_same("from", "to", "by", "execution_id"),
    ),
    Route(
        "GET",
        "/audit",
        "list_audit",
        "admin",
        Answer.ITEMS,
        query=_same("object_id", "actor", "action", "from", "to"),
        page=("p_before_id", "audit_id"),
    ),
)

ROUTES: Final[tuple[Route, ...]] = (
    *_PLAYBOOKS,
    *_EXECUTIONS,
    *_PEOPLE,
    *_MEMORIES,
    *_OTHERS,
)
