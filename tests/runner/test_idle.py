"""An idle runner costs the database next to nothing, and is quick all the same."""

from __future__ import annotations

import time

import psycopg

from runner.harness import Playground, eventually, function


def _counters(owner: psycopg.Connection[tuple[int, int]]) -> tuple[int, int]:
    """Return how many transactions and how many written rows this database has seen."""
    owner.execute("select pg_stat_force_next_flush()")
    owner.execute("select pg_stat_clear_snapshot()")
    row = owner.execute(
        "select xact_commit, tup_inserted + tup_updated + tup_deleted "
        "from pg_stat_database where datname = current_database()"
    ).fetchone()
    assert row is not None
    return row


def test_an_idle_runner_asks_less_than_once_a_second_and_writes_nothing(here: Playground) -> None:
    here.start_runner()
    with here.database.connect("owner") as owner:
        eventually(lambda: owner.execute("select true from pbdb.workers where is_idle").fetchone())
        time.sleep(11)  # a backend that has little to tell tells its statistics after ten seconds
        transactions, rows = _counters(owner)
        time.sleep(6)
        more_transactions, more_rows = _counters(owner)

    # The measuring itself takes four statements, each a transaction, and sleeps are inexact.
    assert more_transactions - transactions <= 6 + 4 + 1
    assert more_rows == rows


def test_an_idle_runner_hears_of_a_step_at_once(here: Playground) -> None:
    here.start_runner()
    with here.database.connect("owner") as owner:
        eventually(lambda: owner.execute("select true from pbdb.workers where is_idle").fetchone())
    playbook = here.apply(function("double", "inline_double", number=1))
    seconds = []
    for _ in range(5):
        start = time.monotonic()
        here.wait(here.client.start(playbook))
        seconds.append(time.monotonic() - start)

    assert sorted(seconds)[2] < 0.5


def test_a_step_whose_notification_is_lost_is_found_by_polling(here: Playground) -> None:
    here.start_runner()
    playbook = here.apply(function("double", "inline_double", number=1))
    with here.database.connect("app", options="-c pbdb.notify=off") as app, app.transaction():
        app.execute("select pbdb.set_organization(%s)", (here.organization,))
        found = app.execute("select pbdb.start_playbook(%s)", (playbook,)).fetchone()
        assert found is not None

    assert here.wait(found[0], seconds=6).status == "COMPLETED"
