"""`pbdb prune` from the command line."""

from __future__ import annotations

from cli.conftest import Shell
from server import Database

DONE = """\
name: done
steps:
  - {name: end, type: DATA_TRANSFORM, config: {output: 1}}
"""


def _old(shell: Shell, database: Database, count: int) -> None:
    shell.write("done.yaml", DONE)
    shell("apply", "done.yaml")
    for _ in range(count):
        shell("start", "done")
    with database.connect("owner") as conn, conn.transaction():
        conn.execute("set local session_replication_role = replica")
        conn.execute(
            "update pbdb.playbook_executions set started_at = started_at - interval '100 days',"
            " completed_at = completed_at - interval '100 days'"
        )


def test_a_dry_run_says_what_would_go_and_prune_deletes_it(
    shell: Shell, database: Database
) -> None:
    _old(shell, database, 3)

    dry = shell("prune", "--dry-run", "--json").json
    assert (dry["found"][0]["execution_count"], dry["pruned"]) == (3, 0)
    assert "ended before" in shell("prune", "--older-than", "52w").out
    assert "done" in shell("prune", "--dry-run").out
    assert shell("prune", "--status", "failed", "--json").json["pruned"] == 0
    assert shell("prune", "--batch", "2", "--json").json["pruned"] == 3
    assert shell("ls", "--executions", "--json").json == []


def test_a_time_and_a_status_that_are_none_are_refused(shell: Shell) -> None:
    assert "90d" in shell("prune", "--older-than", "soon", code=None).err
    assert "90d" in shell("prune", "--older-than", "999999999w", code=None).err
    assert "FAILED" in shell("prune", "--status", "RUNNING", code=None).err
