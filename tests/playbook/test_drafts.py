"""save_draft and get_draft: one draft a name, which nobody overwrites without having read it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from playbook.samples import FULL

Connection = psycopg.Connection[Any]
SAVE = "select * from pbdb.save_draft(%s, %s, %s)"


def document(step: Any, name: str = "p", **fields: Any) -> dict[str, Any]:
    return {"name": name, "steps": [step("a")], **fields}


def save(
    tenant: Any, document: Any, source: str | None = None, expected: str | None = None
) -> dict[str, Any]:
    (found,) = tenant.rows(SAVE, Jsonb(document), source, expected)
    return dict(found)


def draft(tenant: Any, name: str = "p") -> dict[str, Any] | None:
    found = tenant.rows("select * from pbdb.get_draft(%s)", name)
    return dict(found[0]) if found else None


def versions(tenant: Any, name: str = "p") -> list[tuple[int, str]]:
    return [
        (row["version"], row["status"])
        for row in tenant.rows(
            "select version, status::text from pbdb.playbooks where name = %s order by version",
            name,
        )
    ]


def test_a_draft_comes_back_with_the_text_that_it_was_written_in(tenant: Any) -> None:
    source = "# why\nname: qualify lead # spaces   kept\n"

    saved = save(tenant, FULL, source)
    found = draft(tenant, "qualify lead")

    assert saved["is_new"] is True
    assert found is not None
    assert found["document"] == FULL
    assert found["source"] == source
    assert (found["playbook_id"], found["version"], found["hash"]) == (
        saved["playbook_id"], saved["version"], saved["hash"],
    )  # fmt: skip
    assert (found["active_playbook_id"], found["active_version"]) == (None, None)
    assert found["saved_at"] is not None


def test_saving_again_replaces_the_draft_and_makes_no_version(tenant: Any, step: Any) -> None:
    first = save(tenant, document(step, description="one", tags=["x"]), "one")

    second = save(tenant, {"name": "p", "steps": [step("b"), step("c")]}, "two", first["hash"])
    third = save(tenant, document(step), None, second["hash"])

    assert second["playbook_id"] == third["playbook_id"] == first["playbook_id"]
    assert (second["is_new"], versions(tenant)) == (False, [(1, "DRAFT")])
    assert len({each["hash"] for each in (first, second, third)}) == 3
    found = draft(tenant)
    assert found is not None
    assert found["document"] == {**document(step), "version": 1}
    assert found["source"] is None


def test_every_field_is_replaced(tenant: Any, step: Any) -> None:
    plain = {**document(step), "name": FULL["name"]}
    saved = save(tenant, FULL)

    save(tenant, plain, None, saved["hash"])
    found = draft(tenant, "qualify lead")

    assert found is not None
    assert found["document"] == {**plain, "version": 3}


def test_who_has_not_read_the_draft_does_not_overwrite_it(
    tenant: Any, step: Any, fails: Any
) -> None:
    """Two editors open one draft; the second to save is told."""
    read = save(tenant, document(step))
    mine = save(tenant, document(step, description="mine"), None, read["hash"])

    for expected in (read["hash"], None, "x"):
        with fails("PB026") as refused:
            save(tenant, document(step, description="theirs"), None, expected)
        assert refused.value.diag.message_hint is not None
        assert "get_draft('p')" in refused.value.diag.message_hint

    found = draft(tenant)
    assert found is not None
    assert found["hash"] == mine["hash"]
    assert found["document"]["description"] == "mine"


def test_a_star_overwrites_whatever_there_is(tenant: Any, step: Any) -> None:
    assert save(tenant, document(step), None, "*")["is_new"] is True
    assert save(tenant, document(step, description="x"), None, "*")["is_new"] is False


def test_a_draft_that_is_gone_is_not_saved_over(tenant: Any, step: Any, fails: Any) -> None:
    activated = save(tenant, document(step))
    tenant.execute("select pbdb.activate_playbook(%s)", activated["playbook_id"])
    with fails("PB026"):
        save(tenant, document(step), None, activated["hash"])
    assert draft(tenant) is None

    again = save(tenant, document(step, description="next"))
    assert (again["version"], again["is_new"]) == (2, True)
    found = draft(tenant)
    assert found is not None
    assert (found["active_playbook_id"], found["active_version"]) == (activated["playbook_id"], 1)
    tenant.execute("select pbdb.delete_playbook(%s)", again["playbook_id"])
    with fails("PB026"):
        save(tenant, document(step), None, again["hash"])


def test_a_change_made_in_another_way_is_a_change(tenant: Any, step: Any, fails: Any) -> None:
    """By hand, or by an import of a newer draft; comments in the text alone count too."""
    saved = save(tenant, document(step), "# one")
    assert save(tenant, document(step), "# two", saved["hash"])["hash"] != saved["hash"]

    saved = save(tenant, document(step), "# one", "*")
    tenant.execute("update pbdb.playbook_steps set description = 'by hand'")
    with fails("PB026"):
        save(tenant, document(step), None, saved["hash"])

    saved = save(tenant, document(step), "# one", "*")
    tenant.imports(document(step))
    with fails("PB026"):
        save(tenant, document(step), None, saved["hash"])


def test_the_version_is_above_all_others(tenant: Any, step: Any) -> None:
    saved = save(tenant, document(step))
    tenant.applies(document(step, version=7))

    again = save(tenant, document(step), None, saved["hash"])
    higher = save(tenant, document(step, version=12), None, again["hash"])
    lower = save(tenant, document(step, version=3), None, higher["hash"])

    assert [each["version"] for each in (saved, again, higher, lower)] == [1, 8, 12, 12]
    assert again["playbook_id"] == saved["playbook_id"]
    assert versions(tenant) == [(7, "ACTIVE"), (12, "DRAFT")]


def test_a_malformed_document_is_not_saved(tenant: Any, step: Any, fails: Any) -> None:
    saved = save(tenant, document(step))
    malformed: Any
    for malformed in ({"name": "p"}, {"steps": []}, [], None):
        with fails("PB009"):
            save(tenant, malformed, "text", "*")
    found = draft(tenant)
    assert found is not None
    assert found["hash"] == saved["hash"]


def test_a_text_of_more_than_a_mebibyte_is_refused(tenant: Any, step: Any, fails: Any) -> None:
    save(tenant, document(step), "x" * 1_048_576)
    for source in ("x" * 1_048_577, "é" * 600_000):
        with fails("PB014"):
            save(tenant, document(step), source, "*")
    with fails("PB014"):
        tenant.rows(
            "select * from pbdb.apply_playbook(%s, %s)", Jsonb(document(step)), "x" * 1_048_577
        )


def test_two_editors_save_one_after_the_other(
    tenant: Any, step: Any, connect: Any, as_tenant: Any, fails: Any
) -> None:
    read = save(tenant, document(step))
    with as_tenant(connect("app_two"), tenant.organization) as other:
        other.execute(SAVE, (Jsonb(document(step, description="first")), None, read["hash"]))
        tenant.conn.execute("set lock_timeout = '200ms'")
        with fails("55P03"):
            save(tenant, document(step), None, read["hash"])
    with fails("PB026"):
        save(tenant, document(step), None, read["hash"])


def test_of_two_who_save_the_first_draft_the_second_is_told(
    tenant: Any, step: Any, connect: Any, as_tenant: Any, fails: Any
) -> None:
    """The second waits for the first, and takes its place only when the first gives up."""
    other = connect("app_two")
    with ThreadPoolExecutor() as pool:
        with as_tenant(other, tenant.organization):
            other.execute(SAVE, (Jsonb(document(step, description="first")), None, None))
            second = pool.submit(save, tenant, document(step, description="second"))
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        with fails("PB026"):
            second.result()
        assert versions(tenant) == [(1, "DRAFT")]

        with pytest.raises(RuntimeError), as_tenant(other, tenant.organization):
            other.execute(SAVE, (Jsonb(document(step, "q")), None, None))
            second = pool.submit(save, tenant, document(step, "q"))
            raise RuntimeError
        assert second.result()["is_new"] is True


def test_a_draft_is_the_tenants_own(tenant: Any, other_tenant: Any, step: Any) -> None:
    mine = save(tenant, document(step, description="mine"), "mine")

    theirs = save(other_tenant, document(step, description="theirs"))

    assert theirs["playbook_id"] != mine["playbook_id"]
    assert draft(other_tenant, "nothing") is None
    found = draft(tenant)
    assert found is not None
    assert found["source"] == "mine"
    rows = other_tenant.rows("select * from pbdb.playbook_sources")
    assert rows == []


def test_an_application_cannot_write_the_text_past_the_function(
    tenant: Any, step: Any, fails: Any
) -> None:
    save(tenant, document(step), "x")
    for statement in (
        "update pbdb.playbook_sources set source = 'y'",
        "delete from pbdb.playbook_sources",
        "insert into pbdb.playbook_sources select p.organization_id, p.id, 'y' from pbdb.playbooks as p",
    ):
        with fails("42501"):
            tenant.execute(statement)


def test_the_text_stays_with_the_version_when_it_is_activated_or_applied(
    tenant: Any, step: Any
) -> None:
    saved = save(tenant, document(step), "# as written\n")
    tenant.execute("select pbdb.activate_playbook(%s)", saved["playbook_id"])
    (applied,) = tenant.rows(
        "select * from pbdb.apply_playbook(%s, %s)",
        Jsonb(document(step, description="next")),
        "# next\n",
    )
    (unchanged,) = tenant.rows(
        "select * from pbdb.apply_playbook(%s, %s)",
        Jsonb(document(step, description="next")),
        "# not kept\n",
    )

    assert unchanged["changed"] is False
    kept = {
        row["playbook_id"]: row["source"]
        for row in tenant.rows("select playbook_id, source from pbdb.playbook_sources")
    }
    assert kept == {
        saved["playbook_id"]: "# as written\n",
        applied["playbook_id"]: "# next\n",
    }


@pytest.mark.parametrize("call", ['save_draft(\'{"name": "p", "steps": []}\')', "get_draft('p')"])
def test_a_draft_needs_a_tenant(app: Connection, fails: Any, call: str) -> None:
    with fails("PB001"):
        app.execute(f"select * from pbdb.{call}".encode())


def test_saving_in_a_transaction_that_ends_otherwise_saves_nothing(tenant: Any, step: Any) -> None:
    with pytest.raises(RuntimeError), tenant.conn.transaction():
        tenant.conn.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        tenant.conn.execute(SAVE, (Jsonb(document(step)), "x", None))
        raise RuntimeError
    assert draft(tenant) is None
    assert draft(tenant, str(uuid.uuid4())) is None
