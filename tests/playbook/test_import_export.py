"""A document becomes a DRAFT and comes back as it was."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from playbook.samples import FULL, MALFORMED, documents


def test_a_document_comes_back_as_it_was(tenant: Any) -> None:
    assert tenant.exports(tenant.imports(FULL)) == FULL


def test_a_document_becomes_a_draft_with_numbered_steps(tenant: Any) -> None:
    playbook_id = tenant.imports(FULL)
    steps = tenant.rows(
        """
        select s.step_order, s.step_name, p.step_name as inside, s.branch
        from pbdb.playbook_steps as s
        left join pbdb.playbook_steps as p on p.id = s.parent_step_id
        where s.playbook_id = %s order by s.step_order
        """,
        playbook_id,
    )
    assert [tuple(step.values()) for step in steps] == [
        (1, "look up", None, None),
        (2, "both", None, None),
        (3, "each", "both", "right"),
        (4, "body", "each", "item"),
        (5, "l1", "both", "left side"),
        (6, "l2", "both", "left side"),
        (7, "score", None, None),
        (8, "give up", None, None),
    ]
    status = "select status::text from pbdb.playbooks where id = %s"
    assert tenant.value(status, playbook_id) == "DRAFT"


def test_steps_keep_the_orders_that_the_document_gives(tenant: Any, step: Any) -> None:
    document = {"name": "p", "version": 1, "steps": [step("a", order=10), step("b", order=20)]}
    assert tenant.exports(tenant.imports(document)) == document


def test_an_order_that_says_nothing_new_is_left_out(tenant: Any, step: Any) -> None:
    document = {"name": "p", "version": 1, "steps": [step("b", order=2), step("a", order=1)]}
    assert tenant.exports(tenant.imports(document))["steps"] == [step("a"), step("b")]


def test_a_null_is_as_good_as_a_missing_key(tenant: Any, step: Any) -> None:
    document = {
        "name": "p",
        "description": None,
        "tags": None,
        "steps": [step("a", condition=None, on_success=None, is_final=None, order=None)],
    }
    assert tenant.exports(tenant.imports(document)) == {
        "name": "p",
        "version": 1,
        "steps": [step("a")],
    }


def test_each_import_is_the_next_version(tenant: Any, other_tenant: Any, step: Any) -> None:
    def version(**more: Any) -> Any:
        document = {"name": "p", "steps": [step("a")], **more}
        return tenant.exports(tenant.imports(document))["version"]

    assert [version(), version(), version(version=7), version(version=2)] == [1, 2, 7, 8]
    document = {"name": "p", "steps": [step("a")]}
    assert other_tenant.exports(other_tenant.imports(document))["version"] == 1


def test_another_tenants_playbook_is_as_missing_as_a_random_one(
    tenant: Any, other_tenant: Any, step: Any, fails: Any
) -> None:
    playbook_id = tenant.imports({"name": "p", "steps": [step("a")]})
    for function in (
        "export_playbook",
        "validate_playbook",
        "activate_playbook",
        "deprecate_playbook",
        "archive_playbook",
        "delete_playbook",
    ):
        said = []
        for missing in (playbook_id, uuid.uuid4()):
            with fails("PB004") as caught:
                other_tenant.value(f"select pbdb.{function}(%s)", missing)
            said.append(str(caught.value).replace(str(missing), "ID").splitlines()[0])
        assert said[0] == said[1]
    assert tenant.exports(playbook_id)["name"] == "p"


@pytest.mark.parametrize(
    "call",
    [
        "import_playbook('{}')",
        "apply_playbook('{}')",
        "export_playbook(gen_random_uuid())",
        "validate_playbook(gen_random_uuid())",
        "activate_playbook(gen_random_uuid())",
        "store_prompt_template('a', '\"b\"')",
        "define_agent('a', 'b')",
    ],
)
def test_nothing_works_without_a_tenant(app: Any, fails: Any, call: str) -> None:
    with fails("PB001"):
        app.execute(f"select pbdb.{call}")


def test_a_malformed_document_says_where_what_and_what_to_do(tenant: Any, fails: Any) -> None:
    for document, message, hint in MALFORMED:
        with fails("PB009") as caught:
            tenant.imports(document)
        diag = caught.value.diag
        assert diag.message_primary.startswith(message), (diag.message_primary, message)
        assert hint in diag.message_hint
    assert tenant.value("select count(*) from pbdb.playbooks") == 0


def test_every_malformed_place_is_listed(tenant: Any, fails: Any) -> None:
    with fails("PB009") as caught:
        tenant.imports({"nam": "p", "steps": [{"name": "a", "type": "X"}, 7]})
    assert caught.value.diag.message_detail.splitlines() == [
        'nam: unknown key "nam"',
        "name: name is missing",
        'steps[0].type: type must be a step type, not "X"',
        "steps[1]: step must be an object, not 7",
    ]


def test_documents_have_a_greatest_size(tenant: Any, fails: Any, step: Any) -> None:
    with fails("PB009") as caught:
        tenant.imports({"name": "p", "steps": [step(f"s{n}") for n in range(1001)]})
    assert "1001 steps" in str(caught.value)

    nested = step("inner")
    for depth in range(11):
        nested = {
            "name": f"p{depth}",
            "type": "PARALLEL_EXECUTION",
            "branches": {"only": [nested]},
        }
    with fails("PB009") as caught:
        tenant.imports({"name": "p", "steps": [nested]})
    assert "nested 12 deep" in str(caught.value)

    big = step("a", config={"output": [uuid.uuid4().hex for _ in range(40_000)]})
    with fails("PB009") as caught:
        tenant.imports({"name": "p", "steps": [big]})
    assert "1048576 is the most" in str(caught.value)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(document=documents())
def test_export_is_the_inverse_of_import(tenant: Any, document: dict[str, Any]) -> None:
    playbook_id = tenant.imports(document)
    assert tenant.exports(playbook_id) == document
    tenant.rows("select pbdb.validate_playbook(%s)", playbook_id)
    tenant.execute("select pbdb.delete_playbook(%s)", playbook_id)


def test_only_applications_may_call_these_functions(worker: Any, fails: Any) -> None:
    for call in ("import_playbook('{}')", "activate_playbook(gen_random_uuid())"):
        with fails("42501"):
            worker.execute(f"select pbdb.{call}")


def test_helpers_are_for_nobody(app: Any, fails: Any) -> None:
    with fails("42501"):
        app.execute("select pbdb._export_playbook(gen_random_uuid())")
