"""Documents: one with everything, malformed ones, and as Hypothesis draws them."""

from __future__ import annotations

from typing import Any

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

# A document, how the message begins, a part of the hint.
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
