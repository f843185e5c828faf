"""The playbooks of a tenant by name, their versions, and one version with its document."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, transform
from report import rows

Connection = psycopg.Connection[Any]
Ask = Callable[..., list[dict[str, Any]]]


def names(ask: Ask, arguments: str = "", *values: object) -> list[str]:
    return [row["name"] for row in ask(f"select * from list_playbooks({arguments})", *values)]


def test_a_name_is_one_row_with_its_active_version_and_its_draft(tenant: Tenant, ask: Ask) -> None:
    one = tenant.apply(transform("a", 1), name="p", description="first", category="c", tags=["x"])
    two = tenant.apply(transform("a", 2), name="p", description="second")
    draft = tenant.one(
        "select pbdb.import_playbook(%s)", Jsonb({"name": "p", "steps": [transform("a", 3)]})
    )
    tenant.start(name="p")
    tenant.one("select pbdb.deprecate_playbook(%s)", two)

    (found,) = ask("select * from list_playbooks()")

    assert found["updated_at"] and found["last_execution_at"] and found["activated_at"]
    times = ("updated_at", "last_execution_at", "activated_at")
    assert {key: value for key, value in found.items() if key not in times} == {
        "name": "p",
        "description": "first",
        "category": "c",
        "tags": ["x"],
        "agent_id": None,
        "active_playbook_id": one,
        "active_version": 1,
        "draft_playbook_id": draft,
        "draft_version": 3,
        "latest_playbook_id": draft,
        "latest_version": 3,
        "latest_status": "DRAFT",
        "version_count": 3,
        "execution_count": 1,
        "completed_count": 1,
        "failed_count": 0,
        "running_count": 0,
        "success_rate": 100,
    }


def test_the_counts_are_those_of_all_versions(
    owner: Connection, ask: Ask, organization: uuid.UUID
) -> None:
    for version in (1, 2):
        playbook = rows.playbook(owner, organization, "p", version=version)
        for status in ("COMPLETED", "FAILED", "RUNNING"):
            rows.execution(owner, playbook, status)
    rows.playbook(owner, organization, "q")

    found = {row["name"]: row for row in ask("select * from list_playbooks()")}

    keys = ("execution_count", "completed_count", "failed_count", "running_count")
    assert [found["p"][key] for key in keys] == [6, 2, 2, 2]
    assert [found["q"][key] for key in keys] == [0, 0, 0, 0]
    assert (float(found["p"]["success_rate"]), float(found["q"]["success_rate"])) == (33.33, 0)
    assert found["q"]["last_execution_at"] is None


def test_playbooks_are_found_by_text_status_category_and_tag(tenant: Tenant, ask: Ask) -> None:
    step = transform("a", 1)
    tenant.apply(step, name="Invoice", description="Reads 100% of bills", category="money")
    tenant.apply(step, name="greet", tags=["x", "y"])
    tenant.one(
        "select pbdb.import_playbook(%s)",
        Jsonb({"name": "draft of greet", "steps": [step], "tags": ["y"]}),
    )

    assert names(ask) == sorted(names(ask))
    assert set(names(ask)) == {"Invoice", "greet", "draft of greet"}
    assert names(ask, "p_search => 'GREET'") == ["draft of greet", "greet"]
    assert names(ask, "p_search => '0%% of B'") == ["Invoice"]
    assert names(ask, "p_search => '_'") == []
    assert names(ask, "p_status => 'ACTIVE', p_search => 'greet'") == ["greet"]
    assert names(ask, "p_status => 'DRAFT'") == ["draft of greet"]
    assert names(ask, "p_status => 'ARCHIVED'") == []
    assert names(ask, "p_category => 'money'") == ["Invoice"]
    assert names(ask, "p_tag => 'y'") == ["draft of greet", "greet"]
    assert names(ask, "p_name => 'greet'") == ["greet"]


def test_names_come_in_pages(owner: Connection, ask: Ask, organization: uuid.UUID) -> None:
    for name in "dbeac":
        for version in (1, 2):
            rows.playbook(owner, organization, name, version=version)

    assert names(ask, "p_limit => 2") == ["a", "b"]
    assert names(ask, "p_limit => 2, p_after => 'b'") == ["c", "d"]
    assert names(ask, "p_after => 'd'") == ["e"]
    assert names(ask, "p_after => 'e'") == []


def test_versions_come_newest_first_with_their_own_counts(tenant: Tenant, ask: Ask) -> None:
    for number in range(3):
        tenant.one(
            "select changed from pbdb.apply_playbook(%s, %s)",
            Jsonb({"name": "p", "steps": [transform("a", number), transform("b", 1)]}),
            "# text" if number == 1 else None,
        )
        tenant.start(name="p")
    tenant.start(name="p")

    found = ask("select * from list_playbook_versions('p')")

    assert [
        (row["version"], row["status"], row["execution_count"], row["has_source"]) for row in found
    ] == [(3, "ACTIVE", 2, False), (2, "ACTIVE", 1, True), (1, "ACTIVE", 1, False)]
    assert {row["total_steps"] for row in found} == {2}
    assert len({row["definition_hash"] for row in found}) == 3
    page = ask("select version from list_playbook_versions('p', 3, 1)")
    assert page == [{"version": 2}]
    assert ask("select * from list_playbook_versions('q')") == []


def test_a_version_says_who_activated_it_last(tenant: Tenant, ask: Ask) -> None:
    playbook = tenant.apply(transform("only", 1), name="p")
    versions = "select version, activated_by from list_playbook_versions('p')"
    assert ask(versions) == [{"version": 1, "activated_by": None}]
    ask("select deprecate_playbook(%s)", playbook)
    ask("select set_actor('user:ada'), activate_playbook(%s)", playbook)
    assert ask(versions) == [{"version": 1, "activated_by": "user:ada"}]


def test_a_version_comes_with_its_document_and_its_text(tenant: Tenant, ask: Ask) -> None:
    document = {"name": "p", "version": 1, "steps": [transform("a", 1)]}
    tenant.one("select changed from pbdb.apply_playbook(%s, %s)", Jsonb(document), "# as written")
    draft = {"name": "p", "version": 2, "steps": [transform("a", 2)]}
    (saved,) = ask("select * from save_draft(%s, '# draft')", Jsonb(draft))

    (active,) = ask("select * from get_playbook('p')")
    (second,) = ask("select * from get_playbook('p', 2)")

    assert (active["version"], active["status"]) == (1, "ACTIVE")
    assert (active["document"], active["source"]) == (document, "# as written")
    assert (
        active["hash"]
        == ask("select definition_hash from list_playbook_versions('p', 2)")[0]["definition_hash"]
    )
    assert (second["status"], second["document"], second["source"]) == ("DRAFT", draft, "# draft")
    assert second["hash"] == saved["hash"]
    assert ask("select * from get_playbook('p', 3)") == []
    assert ask("select * from get_playbook('q')") == []


def test_without_an_active_version_the_newest_one_comes(tenant: Tenant, ask: Ask) -> None:
    for number in range(2):
        ask("select import_playbook(%s)", Jsonb({"name": "p", "steps": [transform("a", number)]}))

    (found,) = ask("select version, status::text from get_playbook('p')")

    assert found == {"version": 2, "status": "DRAFT"}


def test_other_tenants_playbooks_are_not_there(
    owner: Connection, ask: Ask, app: Connection
) -> None:
    rows.playbook(owner, uuid.uuid4(), "theirs")

    assert names(ask) == []
    assert names(ask, "p_name => 'theirs'") == []
    assert ask("select * from list_playbook_versions('theirs')") == []
    assert ask("select * from get_playbook('theirs')") == []
    assert app.execute("select * from pbdb.list_playbooks()").fetchall() == []


@pytest.mark.parametrize(
    "call", ["list_playbooks(p_limit => %s)", "list_playbook_versions('p', p_limit => %s)",
             "list_inbox(p_limit => %s)", "list_dead_letters(p_limit => %s)",
             "list_triggers(p_limit => %s)"],
)  # fmt: skip
@pytest.mark.parametrize("limit", [0, 1001, None, -1])
def test_a_page_of_none_or_too_many_is_refused(ask: Ask, call: str, limit: int | None) -> None:
    with pytest.raises(psycopg.Error) as refused:
        ask(f"select * from {call}", limit)
    assert refused.value.sqlstate == "PB017"
    assert refused.value.diag.message_hint
