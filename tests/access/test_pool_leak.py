"""A pooled connection carries no tenant from one transaction to the next."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from report import rows

Connection = psycopg.Connection[Any]


def tenant(conn: Connection) -> uuid.UUID | None:
    row = conn.execute("select pbdb.current_organization_id()").fetchone()
    assert row is not None
    return uuid.UUID(str(row[0])) if row[0] else None


def test_the_tenant_ends_with_the_transaction(app: Connection, organization: uuid.UUID) -> None:
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (organization,))
        assert tenant(app) == organization

    assert tenant(app) is None


def test_the_tenant_ends_with_a_rollback(app: Connection, organization: uuid.UUID) -> None:
    with app.transaction(force_rollback=True):
        app.execute("select pbdb.set_organization(%s)", (organization,))

    assert tenant(app) is None


def test_a_tenant_set_in_a_savepoint_that_rolls_back_is_the_former_one(
    app: Connection, organization: uuid.UUID
) -> None:
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (organization,))
        with app.transaction(force_rollback=True):
            app.execute("select pbdb.set_organization(%s)", (uuid.uuid4(),))
        assert tenant(app) == organization


def test_set_outside_a_transaction_it_is_gone_at_once(
    app: Connection, organization: uuid.UUID
) -> None:
    app.execute("select pbdb.set_organization(%s)", (organization,))

    assert tenant(app) is None


def test_the_next_user_of_the_connection_sees_nothing(
    owner: Connection, app: Connection, organization: uuid.UUID
) -> None:
    rows.playbook(owner, organization)
    query = "select count(*) from pbdb.playbooks"
    with app.transaction():
        app.execute("select pbdb.set_organization(%s)", (organization,))
        assert app.execute(query).fetchone() == (1,)

    # More than five times: a plan that is cached by then asks for the tenant as well.
    for _ in range(8):
        assert app.execute(query, prepare=True).fetchone() == (0,)


def test_one_cached_plan_serves_each_tenant_its_own_rows(
    owner: Connection, app: Connection
) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    ids = {each: rows.playbook(owner, each) for each in (first, second)}
    for _ in range(8):
        for each, playbook in ids.items():
            with app.transaction():
                app.execute("select pbdb.set_organization(%s)", (each,))
                found = app.execute("select id from pbdb.playbooks", prepare=True).fetchall()
            assert found == [(playbook,)]


@pytest.mark.parametrize(
    "text", ["nobody", "1; drop table x", "00000000-0000-0000-0000-00000000000g"]
)
def test_a_tenant_that_is_no_uuid_is_an_error_and_not_nobody(app: Connection, text: str) -> None:
    app.execute("select set_config('app.current_organization_id', %s, false)", (text,))
    with pytest.raises(psycopg.Error) as refused:
        app.execute("select from pbdb.playbooks")
    assert refused.value.sqlstate == "PB019"


def test_a_null_tenant_is_refused(app: Connection) -> None:
    with pytest.raises(psycopg.Error) as refused:
        app.execute("select pbdb.set_organization(null)")
    assert refused.value.sqlstate == "PB019"
