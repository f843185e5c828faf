"""check_playbook says what is wrong with a document and how it looks, and keeps nothing."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from playbook.samples import FULL, MALFORMED

Connection = psycopg.Connection[Any]
Document = dict[str, Any]

FLOW: Document = {
    "name": "flow",
    "steps": [
        {
            "name": "choose",
            "type": "CONDITIONAL_BRANCH",
            "config": {"branches": [{"when": "$input.n > 1", "then": "both"}], "default": "end"},
        },
        {
            "name": "both",
            "type": "PARALLEL_EXECUTION",
            "branches": {
                "left": [
                    {"name": "l1", "type": "DATA_TRANSFORM", "config": {"output": 1}},
                    {"name": "l2", "type": "DATA_TRANSFORM", "config": {"output": 1}},
                ],
                "right": [{"name": "r1", "type": "DATA_TRANSFORM", "config": {"output": 1}}],
            },
            "on_failure": "sorry",
            "is_optional": True,
        },
        {"name": "end", "type": "DATA_TRANSFORM", "config": {"output": 1}, "is_final": True},
        {
            "name": "sorry",
            "type": "DATA_TRANSFORM",
            "config": {"output": 1},
            "condition": "$input.n == 1",
            "is_final": True,
        },
    ],
}


def check(tenant: Any, document: Any) -> dict[str, Any]:
    (found,) = tenant.rows("select * from pbdb.check_playbook(%s)", Jsonb(document))
    return dict(found)


def tables(owner: Connection) -> dict[str, int]:
    """Rows of every table."""
    names = owner.execute(
        "select relname from pg_class where relnamespace = 'pbdb'::regnamespace and relkind = 'r'"
    ).fetchall()
    counts = {}
    for (name,) in names:
        row = owner.execute(f"select count(*) from pbdb.{name}".encode()).fetchone()
        assert row is not None
        counts[name] = row[0]
    return counts


def test_a_good_document_has_no_issues_and_a_picture(tenant: Any) -> None:
    found = check(tenant, FLOW)

    assert (found["is_valid"], found["issues"]) == (True, [])
    assert [
        (edge["from_step_name"], edge["kind"], edge["to_step_name"], edge["branch"], edge["place"])
        for edge in found["edges"]
    ] == [
        ("choose", "target", "both", None, "config.branches[0].then"),
        ("choose", "target", "end", None, "config.default"),
        ("both", "branch", "l1", "left", None),
        ("both", "branch", "r1", "right", None),
        ("both", "failure", "sorry", None, None),
        ("both", "next", "end", None, None),
        ("l1", "next", "l2", None, None),
    ]
    nodes = {node["step_name"]: node for node in found["nodes"]}
    assert list(nodes) == ["choose", "both", "l1", "l2", "r1", "end", "sorry"]
    assert (nodes["l1"]["parent_step_name"], nodes["l1"]["branch"]) == ("both", "left")
    assert [name for name, node in nodes.items() if node["is_final"]] == ["end", "sorry"]
    assert [name for name, node in nodes.items() if node["is_optional"]] == ["both"]
    assert [name for name, node in nodes.items() if node["has_condition"]] == ["sorry"]


def test_an_issue_has_its_place_in_the_document(tenant: Any, step: Any) -> None:
    inner = step("inner", config={"output": "$steps.nobody.output"})
    found = check(
        tenant,
        {
            "name": "p",
            "steps": [
                step("first"),
                {"name": "both", "type": "PARALLEL_EXECUTION", "branches": {"a b": [inner]}},
            ],
        },
    )

    assert found["is_valid"] is False
    assert [(i["code"], i["severity"], i["step_name"], i["place"]) for i in found["issues"]] == [
        ("STEP_UNKNOWN", "error", "inner", 'steps[1].branches["a b"][0].config.output'),
    ]
    assert found["issues"][0]["hint"]
    assert [node["step_name"] for node in found["nodes"]] == ["first", "both", "inner"]


def test_a_warning_leaves_a_document_valid(tenant: Any, step: Any) -> None:
    document = {"name": "p", "steps": [step("a", is_final=True), step("b")]}

    found = check(tenant, document)

    assert found["is_valid"] is True
    assert [issue["code"] for issue in found["issues"]] == ["STEP_UNREACHABLE"]


def test_a_playbook_without_steps_is_an_issue_of_the_playbook(tenant: Any) -> None:
    found = check(tenant, {"name": "p", "steps": []})

    assert [(i["code"], i["step_name"], i["place"]) for i in found["issues"]] == [
        ("NO_STEPS", None, "steps")
    ]


@pytest.mark.parametrize("document", [each for each, _, _ in MALFORMED])
def test_a_malformed_document_has_places_and_no_picture(tenant: Any, document: Any) -> None:
    found = check(tenant, document)

    assert found["is_valid"] is False
    assert (found["nodes"], found["edges"]) == ([], [])
    assert {issue["code"] for issue in found["issues"]} == {"PB009"}
    with pytest.raises(psycopg.Error) as refused:
        tenant.imports(document)
    first = found["issues"][0]
    assert str(refused.value.diag.message_primary).startswith(
        f"{first['place']}: {first['message']}"
    )
    assert refused.value.diag.message_hint == first["hint"]


def test_what_is_found_is_what_validation_of_the_imported_document_finds(tenant: Any) -> None:
    found = check(tenant, FULL)

    keys = ("severity", "step_name", "code", "path", "message", "hint")
    assert [{key: issue[key] for key in keys} for issue in found["issues"]] == tenant.issues(FULL)


def test_nothing_of_a_check_is_kept(tenant: Any, owner: Connection) -> None:
    tenant.applies(FLOW)
    before = tables(owner)

    check(tenant, FLOW)
    check(tenant, {"name": "another", "steps": []})

    assert tables(owner) == before


def test_a_check_waits_for_nobody_who_imports_the_same_name(
    tenant: Any, connect: Any, as_tenant: Any
) -> None:
    with as_tenant(connect("app_two"), tenant.organization) as other:
        other.execute("select pbdb.import_playbook(%s)", (Jsonb(FLOW),))
        tenant.conn.execute("set lock_timeout = '1s'")
        assert check(tenant, FLOW)["is_valid"]


def test_a_version_has_the_picture_of_its_document(tenant: Any) -> None:
    playbook = tenant.imports(FLOW)
    (found,) = tenant.rows("select * from pbdb.get_playbook_graph(%s)", playbook)
    checked = check(tenant, FLOW)

    assert found["edges"] == checked["edges"]
    ids = {row["step_name"]: str(row["id"]) for row in tenant.rows(
        "select step_name, id from pbdb.playbook_steps where playbook_id = %s", playbook
    )}  # fmt: skip
    assert {node["step_name"]: node["step_id"] for node in found["nodes"]} == ids
    assert [{**node, "step_id": None} for node in found["nodes"]] == [
        {**node, "step_id": None} for node in checked["nodes"]
    ]


def test_a_for_each_says_so(tenant: Any, step: Any) -> None:
    body = {
        "name": "each",
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": "$input.items"},
        "steps": [step("body")],
    }

    found = check(tenant, {"name": "p", "steps": [body]})

    assert [node["is_for_each"] for node in found["nodes"]] == [True, False]
    assert [(edge["kind"], edge["branch"]) for edge in found["edges"]] == [("branch", "item")]


def test_a_playbook_of_somebody_else_has_no_picture(
    tenant: Any, other_tenant: Any, fails: Any
) -> None:
    for playbook in (other_tenant.imports(FLOW), uuid.uuid4()):
        with fails("PB004"):
            tenant.rows("select * from pbdb.get_playbook_graph(%s)", playbook)


def test_a_check_needs_a_tenant(app: Connection, fails: Any) -> None:
    with fails("PB001"):
        app.execute("select * from pbdb.check_playbook(%s)", (Jsonb(FLOW),))
