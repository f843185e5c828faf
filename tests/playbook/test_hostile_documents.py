"""Whatever a document holds: it is imported or refused with a PB code, and in bounded time."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from playbook.samples import FULL, documents, names, values

KEYS = [
    "agent", "agentId", "prompt", "parameters", "messages", "output", "operations", "branches",
    "conditions", "default", "field", "operator", "value", "trueBranch", "for_each", "max_parallel",
    "join", "on_branch_failure", "schema", "event", "match", "assignees", "timeout_seconds", "for",
    "until", "url", "method", "headers", "body", "auth", "expect_status", "query", "params", "mode",
    "embedding", "limit", "threshold", "filter", "template", "template_name", "template_version",
    "variables", "syntax", "function", "code", "language", "playbook", "version", "on_lost",
]  # fmt: skip
TYPES = [
    "AGENT_EXECUTION", "DATA_TRANSFORM", "CONDITIONAL_BRANCH", "PARALLEL_EXECUTION", "WAIT_FOR_INPUT",
    "API_CALL", "DATABASE_QUERY", "MEMORY_SEARCH", "PROMPT_TEMPLATE", "CUSTOM_FUNCTION",
]  # fmt: skip
EXPRESSIONS = [
    "$input.a", "$steps.a.output", "$step_1_output.x", "$step_99_output", "$item", "$", "$$", "$ in",
    "$input ? (@.x >", "$input ? (@.x > 1).y", "$steps", '$steps."a b".output', "{{ input.a }}",
    "{{#item}}x{{/item}}", "{{", "{{ }}", "{{> x}}", "{{/a}}", "{{ steps.b.output }}", "{a}", "all",
    "any", "equals", "a", "b", "GET", "read", "vector", "javascript", "mustache", "text", "3 days",
    "2030-01-01", "", "null", "https://x.example/", "sk-01234567890123456789",
]  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(EXPRESSIONS)
)
keys = st.sampled_from([*KEYS, "then", "when", "type", "name", "$all", "all", "not", "at_least"])
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
configs = st.dictionaries(st.sampled_from(KEYS), anything, max_size=4)


@st.composite
def plausible(draw: st.DrawFn) -> dict[str, Any]:
    """Well-formed documents of all step types, with configs and expressions of all kinds."""

    def step(name: str, depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(TYPES))
        config = draw(configs)
        found: dict[str, Any] = {"name": name, "type": kind, "config": config}
        if draw(st.booleans()):
            found["input_mapping"] = draw(st.dictionaries(names, anything, max_size=2))
            found["condition"] = draw(
                st.sampled_from(EXPRESSIONS) | st.dictionaries(keys, anything, max_size=3)
            )
            found["output_schema"] = draw(st.dictionaries(keys, anything, max_size=2))
        if kind == "PARALLEL_EXECUTION" and depth < 2:
            inner = [step(f"{name}{n}", depth + 1) for n in range(draw(st.integers(1, 2)))]
            if "for_each" in config:
                found["steps"] = inner
            else:
                found["branches"] = {"x": inner}
        return found

    listed = [step(name, 0) for name in draw(st.permutations(["a", "b", "a b"]))]
    listed = listed[: draw(st.integers(1, 3))]
    if draw(st.booleans()):
        listed[0]["on_success"] = listed[-1]["name"]
        listed[-1]["on_failure"] = listed[0]["name"]
    return {"name": "p", "steps": listed, "output_mapping": draw(anything.filter(is_mapping))}


def is_mapping(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, str) and value.startswith("$"))


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A document with one part replaced by something else."""
    document = draw(documents() | st.just(FULL))
    parts: list[tuple[Any, Any]] = []

    def collect(value: Any) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            parts.append((value, key))
            if isinstance(inner, dict | list):
                collect(inner)

    copy = _copy(document)
    collect(copy)
    at, key = draw(st.sampled_from(parts))
    at[key] = draw(anything | values)
    return copy


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


relaxed = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def judge(tenant: Any, document: Any) -> str:
    """Import, validate, activate; the SQLSTATE of what refused it."""
    conn = tenant.conn
    try:
        with conn.transaction(force_rollback=True):
            conn.execute("select pbdb.set_organization(%s)", (tenant.organization,))
            (playbook_id,) = conn.execute(
                "select pbdb.import_playbook(%s)", (Jsonb(document),)
            ).fetchone()
            issues = conn.execute(
                "select severity from pbdb.validate_playbook(%s)", (playbook_id,)
            ).fetchall()
            try:
                conn.execute("select pbdb.activate_playbook(%s)", (playbook_id,))
            except psycopg.Error as error:
                assert ("error",) in issues
                return str(error.sqlstate)
            assert ("error",) not in issues
            return "ACTIVE"
    except psycopg.Error as error:
        return str(error.sqlstate)


@relaxed
@given(document=plausible())
def test_a_plausible_document_is_judged(tenant: Any, document: dict[str, Any]) -> None:
    assert judge(tenant, document) in ("ACTIVE", "PB009", "PB010")


@relaxed
@given(document=broken())
def test_a_broken_document_is_judged(tenant: Any, document: dict[str, Any]) -> None:
    assert judge(tenant, document) in ("ACTIVE", "PB009", "PB010")


@relaxed
@given(document=anything | values)
def test_anything_is_judged(tenant: Any, document: Any) -> None:
    assert judge(tenant, document) == "PB009"


def test_a_document_of_mistakes_only_is_judged_in_seconds(tenant: Any) -> None:
    started = time.monotonic()
    unknown = {f"some_key_{n}": n for n in range(20_000)}
    assert judge(tenant, {"name": "p", "steps": [unknown]}) == "PB009"

    links = [{"name": f"s{n}", "type": "API_CALL", "on_success": f"t{n}"} for n in range(1000)]
    assert judge(tenant, {"name": "p", "steps": links}) == "PB009"

    reads = [
        {
            "name": f"s{n}",
            "type": "CONDITIONAL_BRANCH",
            "config": {"default": f"t{n}", **{f"brnches{m}": f"$steps.x{m}" for m in range(10)}},
            "input_mapping": {f"a{m}": f"$steps.t{n}{m}" for m in range(10)},
        }
        for n in range(1000)
    ]
    assert judge(tenant, {"name": "p", "steps": reads}) == "PB010"

    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    assert judge(tenant, {"name": "p", "steps": [], "metadata": {"a": deep}}) == "PB009"
    assert time.monotonic() - started < 180
