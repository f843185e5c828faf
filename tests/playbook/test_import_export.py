"""A document becomes a DRAFT and comes back as it was."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FULL = {
    "name": "qualify lead",
    "description": "Scores a lead.",
    "version": 3,
    "tags": ["sales", "lead"],
    "category": "sales",
    "agent_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    "input_schema": {"type": "object", "required": ["email"]},
    "output_schema": {"type": "object"},
    "output_mapping": {"score": "$steps.score.output.value", "note": None},
    "timeout_seconds": 600,
    "max_retries": 0,
    "retry_delay_seconds": 5,
    "metadata": {"owner": None},
    "steps": [
        {
            "name": "look up",
            "type": "API_CALL",
            "description": "CRM",
            "config": {"url": "$input.url", "body": {"a": None}},
            "input_mapping": {"email": "$input.email", "none": None},
            "condition": "$input.email != null",
            "on_failure": "give up",
            "timeout_seconds": 5,
            "max_retries": 0,
            "retry_delay_seconds": 0,
            "max_visits": 7,
            "is_optional": True,
            "input_schema": {"type": "object"},
            "output_schema": {"type": "object"},
            "metadata": {"x": [1, None]},
        },
        {
            "name": "both",
            "type": "PARALLEL_EXECUTION",
            "config": {"join": "any"},
            "branches": {
                "left side": [
                    {"name": "l1", "type": "DATA_TRANSFORM", "config": {"output": 1}},
                    {"name": "l2", "type": "DATA_TRANSFORM", "on_success": "l1"},
                ],
                "right": [
                    {
                        "name": "each",
                        "type": "PARALLEL_EXECUTION",
                        "config": {"for_each": "$input.items", "max_parallel": 2},
                        "steps": [{"name": "body", "type": "AGENT_EXECUTION"}],
                    }
                ],
            },
        },
        {"name": "score", "type": "PROMPT_TEMPLATE", "condition": {"all": []}, "is_final": True},
        {"name": "give up", "type": "WAIT_FOR_INPUT"},
    ],
}


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


MALFORMED: list[tuple[Any, str, str]] = [
    ([], "document: playbook must be an object, not []", "keys and values"),
    (None, "document: playbook must be an object, not null", "keys and values"),
    ({"name": "p", "stps": [], "steps": []}, 'stps: unknown key "stps"', "Did you mean steps?"),
    ({"name": "p"}, "steps: steps is missing", "Every playbook has a steps."),
    ({"name": " ", "steps": []}, 'name: name must be a text of 1 to 255 characters, not " "', ""),
    ({"name": "p", "steps": {}}, "steps: steps must be a list of steps, not {}", ""),
    (
        {"name": "p", "steps": [], "version": "3"},
        'version: version must be a whole number from 1 to 1000000, not "3"',
        "",
    ),
    ({"name": "p", "steps": [], "max_retries": 1.5}, "max_retries: max_retries must be a", ""),
    ({"name": "p", "steps": [], "agent_id": "x"}, 'agent_id: agent_id must be a UUID, not "x"', ""),
    ({"name": "p", "steps": [], "tags": ["a", 1]}, "tags: tags must be a list of texts", ""),
    ({"name": "p", "steps": [], "timeoutSeconds": 1}, "timeoutSeconds", "mean timeout_seconds?"),
    ({"name": "p", "steps": [5]}, "steps[0]: step must be an object, not 5", ""),
    ({"name": "p", "steps": [{"name": "a"}]}, "steps[0].type: type is missing", ""),
    (
        {"name": "p", "steps": [{"name": "a", "type": "api_cal"}]},
        'steps[0].type: type must be a step type, not "api_cal"',
        "Did you mean API_CALL?",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "timout": 3}]},
        'steps[0].timout: unknown key "timout"',
        "Did you mean timeout_seconds?",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "onSuccessStepId": "b"}]},
        'steps[0].onSuccessStepId: unknown key "onSuccessStepId"',
        "Did you mean on_success?",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "on_success": "bee"}]},
        'steps[0].on_success: on_success names no step: "bee"',
        "Known here: a.",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL"}] * 2},
        'steps[1].name: the name "a" is taken by steps[0]',
        "Steps are referred to by name",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "order": 2},
                                {"name": "b", "type": "API_CALL"}]},
        "steps[1].order: order 2 is taken by steps[0]",
        "numbered by its position",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "config": []}]},
        "steps[0].config: config must be an object, not []",
        "",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "condition": 5}]},
        "steps[0].condition: condition must be a predicate as a text, or an object, not 5",
        "",
    ),
    (
        {"name": "p", "steps": [{"name": "a", "type": "API_CALL", "steps": []}]},
        "steps[0].steps: steps belong to a PARALLEL_EXECUTION step, not to API_CALL",
        "",
    ),
    (
        {"name": "p", "steps": [
            {"name": "a", "type": "PARALLEL_EXECUTION", "branches": {"left": [], "b c": 1}}]},
        'steps[0].branches["b c"]: branch b c must be a list of steps, not 1 (and 1 more)',
        "at least one step",
    ),
    (
        {"name": "p", "steps": [
            {"name": "a", "type": "PARALLEL_EXECUTION", "config": {"for_each": "$input"},
             "branches": {"b": [{"name": "b", "type": "API_CALL"}]}}]},
        "steps[0].branches: a PARALLEL_EXECUTION step with for_each has no branches",
        "Write its body as steps",
    ),
    (
        {"name": "p", "steps": [
            {"name": "a", "type": "PARALLEL_EXECUTION",
             "steps": [{"name": "b", "type": "API_CALL"}]}]},
        "steps[0].steps: a PARALLEL_EXECUTION step without for_each has no steps",
        "config.for_each",
    ),
    (
        {"name": "p", "steps": [
            {"name": "a", "type": "PARALLEL_EXECUTION",
             "branches": {"b": [{"name": "b", "type": "API_CALL", "on_sucess": "a"}]}}]},
        'steps[0].branches.b[0].on_sucess: unknown key "on_sucess"',
        "Did you mean on_success?",
    ),
]  # fmt: skip


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


names = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20
).filter(lambda text: text.strip(" ") != "")
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "$input.a", "x y", "{{ a }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(names, values, min_size=1, max_size=3)
seconds = st.integers(1, 2592000)


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


step_fields = optional(
    description=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=9),
    input_schema=objects,
    output_schema=objects,
    input_mapping=objects,
    condition=objects | names,
    is_final=st.just(True),
    is_optional=st.just(True),
    timeout_seconds=seconds,
    max_retries=st.integers(0, 100),
    retry_delay_seconds=st.integers(0, 100),
    max_visits=st.integers(1, 999),
    metadata=objects,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Canonical documents: no defaults, no orders, unique step names, links between any steps."""
    taken = draw(st.lists(names, min_size=1, max_size=8, unique=True))
    unused = list(taken)

    def scope(depth: int, at_most: int) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        while unused and len(steps) < at_most:
            name = unused.pop()
            step: dict[str, Any] = {"name": name, **draw(step_fields)}
            for link in ("on_success", "on_failure"):
                if draw(st.booleans()):
                    step[link] = draw(st.sampled_from(taken))
            kind = draw(st.sampled_from(["plain", "plain", "branches", "for_each"]))
            config = draw(objects | st.just({}))
            config.pop("for_each", None)
            if kind == "plain" or depth == 3 or not unused:
                step["type"] = draw(st.sampled_from(["API_CALL", "PARALLEL_EXECUTION"]))
            elif kind == "branches":
                step["type"] = "PARALLEL_EXECUTION"
                step["branches"] = {}
                for branch in draw(st.lists(names, min_size=1, max_size=2, unique=True)):
                    if inner := scope(depth + 1, 2):
                        step["branches"][branch] = inner
            else:
                step["type"] = "PARALLEL_EXECUTION"
                step["config"] = config = {**config, "for_each": "$input"}
                step["steps"] = scope(depth + 1, 2)
            if config:
                step["config"] = config
            steps.append(step)
        return steps

    head = draw(
        optional(
            description=names,
            tags=st.lists(names, min_size=1, max_size=3),
            category=names,
            agent_id=st.uuids().map(str),
            input_schema=objects,
            output_schema=objects,
            output_mapping=objects | st.just("$input"),
            timeout_seconds=seconds.filter(lambda number: number != 3600),
            max_retries=st.integers(4, 100),
            retry_delay_seconds=st.integers(31, 100),
            metadata=objects,
        )
    )
    return {"name": draw(names), "version": 1, **head, "steps": scope(1, 8)}


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
