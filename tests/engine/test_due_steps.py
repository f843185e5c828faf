"""run_due_sql_steps, called as an application, runs the steps of its tenant and nobody else's."""

from __future__ import annotations

import psycopg
import pytest

from build import Tenant, as_tenant

STEP = {"name": "q", "type": "DATABASE_QUERY", "config": {"query": "select 1"}}


def test_an_application_runs_its_own_steps_only(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        each.apply(STEP)
    mine, theirs = tenant.start(), other_tenant.start()

    tenant.one("select pbdb.run_due_sql_steps()")

    assert (tenant.status(mine), other_tenant.status(theirs)) == ("COMPLETED", "RUNNING")


def test_an_application_without_a_tenant_runs_nothing(tenant: Tenant) -> None:
    tenant.apply(STEP)
    mine = tenant.start()

    with pytest.raises(psycopg.Error) as refused:
        tenant.app.execute("select pbdb.run_due_sql_steps()")

    assert refused.value.sqlstate == "PB001"
    assert tenant.status(mine) == "RUNNING"


def test_who_runs_runners_serves_every_tenant_or_the_one_that_is_set(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(STEP)
    mine, theirs = tenant.start(), other_tenant.start()

    with as_tenant(tenant.worker, tenant.organization) as conn:
        conn.execute("select pbdb.run_due_sql_steps()")
    assert other_tenant.status(theirs) == "RUNNING"
    tenant.worker.execute("select pbdb.run_due_sql_steps()")

    assert (tenant.status(mine), other_tenant.status(theirs)) == ("COMPLETED", "COMPLETED")
