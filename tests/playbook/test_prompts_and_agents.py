"""Prompt templates have versions; agents are defined by name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import as_tenant

STORE = "select pbdb.store_prompt_template(%s, %s)"


def test_a_changed_template_is_a_new_version(tenant: Any, other_tenant: Any) -> None:
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "{{ x }}"}]
    assert tenant.value(STORE, "greet", Jsonb("Hi")) == 1
    assert tenant.value(STORE, "greet", Jsonb("Hi")) == 1
    assert tenant.value(STORE, "greet", Jsonb(messages)) == 2
    assert tenant.value(STORE, "greet", Jsonb("Hi")) == 3
    assert other_tenant.value(STORE, "greet", Jsonb("Hi")) == 1


def test_sessions_that_store_the_same_template_make_one_version(
    tenant: Any, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    start = threading.Barrier(4)

    def store(session: psycopg.Connection[Any]) -> list[int]:
        start.wait()
        versions = []
        for text in ("Hi", "Hi", "Hello", "Hello"):
            with as_tenant(session, tenant.organization):
                row = session.execute(STORE, ("greet", Jsonb(text))).fetchone()
            assert row is not None
            versions.append(row[0])
        return versions

    with ThreadPoolExecutor(4) as pool:
        seen = [v for each in pool.map(store, [connect("app") for _ in range(4)]) for v in each]

    assert sorted(set(seen)) == list(range(1, max(seen) + 1))
    assert tenant.value("select count(*) from pbdb.prompt_templates") == max(seen)


@pytest.mark.parametrize(
    ("name", "template"),
    [("greet", 7), ("greet", {}), ("greet", []), ("greet", [{"role": "user"}]), (" ", "Hi")],
)
def test_what_is_no_template_is_refused(tenant: Any, fails: Any, name: str, template: Any) -> None:
    with fails("PB017"):
        tenant.value(STORE, name, Jsonb(template))


def test_a_template_of_another_tenant_is_unknown(tenant: Any, other_tenant: Any) -> None:
    other_tenant.value(STORE, "greet", Jsonb("Hi"))
    named = {"name": "a", "type": "PROMPT_TEMPLATE", "config": {"template_name": "greet"}}
    (issue,) = tenant.issues({"name": "p", "steps": [named]})
    assert issue["code"] == "TEMPLATE_UNKNOWN"
    tenant.value(STORE, "greeting", Jsonb("Hi"))
    (issue,) = tenant.issues({"name": "p", "steps": [named]})
    assert issue["hint"] == "Known here: greeting."


def test_mistakes_inside_a_named_template_are_found(tenant: Any) -> None:
    tenant.value(STORE, "greet", Jsonb("Hi {{ steps.nobody.output }}"))
    named = {"name": "a", "type": "PROMPT_TEMPLATE", "config": {"template_name": "greet"}}
    (issue,) = tenant.issues({"name": "p", "steps": [named]})
    assert (issue["code"], issue["path"]) == ("STEP_UNKNOWN", "config.template")


def test_defining_an_agent_again_replaces_it(tenant: Any, other_tenant: Any) -> None:
    define = "select pbdb.define_agent(%s, %s, p_tools => %s)"
    first = tenant.value(define, "bob", "openai:small", ["search"])
    assert tenant.value(define, "bob", "openai:large", []) == first
    assert other_tenant.value(define, "bob", "x:y", []) != first
    assert tenant.rows("select name, model, tools from pbdb.agents") == [
        {"name": "bob", "model": "openai:large", "tools": []}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        "'', 'm'",
        "'a', null",
        "'a', 'm', p_parameters => '[]'",
        "'a', 'm', p_parameters => '{\"api_key\": \"0123456789\"}'",
    ],
)
def test_what_is_no_agent_is_refused(tenant: Any, fails: Any, arguments: str) -> None:
    with fails("PB017") as caught:
        tenant.value(f"select pbdb.define_agent({arguments})")
    assert "0123456789" not in str(caught.value)


def test_an_active_playbook_picks_up_an_agent_that_is_defined_later(
    tenant: Any, other_tenant: Any
) -> None:
    document = {
        "name": "p",
        "steps": [{"name": "a", "type": "AGENT_EXECUTION", "config": {"agent": "bob"}}],
    }
    playbook_id, _, _ = tenant.applies(document)
    other_tenant.value("select pbdb.define_agent('bob', 'openai:small')")
    assert tenant.program(playbook_id)["steps"][0]["handler"] == "AGENT_EXECUTION:bob"
    tenant.value("select pbdb.define_agent('bob', 'openai:small')")
    assert tenant.program(playbook_id)["steps"][0]["handler"] == "AGENT_EXECUTION:@model"
    assert tenant.applies(document) == (playbook_id, 1, False)
