"""DBOS: a workflow with five steps, enqueued on a queue. Arguments: URL, executions."""

from __future__ import annotations

import json
import os
import sys
import threading
import time

from dbos import DBOS

ended = threading.Semaphore(0)


@DBOS.step()
def noop():
    return {"ok": True}


@DBOS.workflow()
def chain(given):
    for _ in range(5):
        noop()
    ended.release()
    return {"ok": True}


def main(url: str, executions: int) -> None:
    DBOS(config={
        "name": "bench", "system_database_url": url, "sys_db_pool_size": 20, "log_level": "ERROR",
    })  # fmt: skip
    DBOS.launch()
    DBOS.register_queue("bench", worker_concurrency=64, polling_interval_sec=0.01)
    began = time.perf_counter()
    for _ in range(executions):
        DBOS.enqueue_workflow("bench", chain, {"a": 1})
    spent = time.perf_counter() - began
    # It works while it is being filled: what it takes longer than filling alone is not known, so
    # the whole time counts when it is the longer one.
    for _ in range(executions):
        ended.acquire()
    took = time.perf_counter() - began
    print(json.dumps({"seconds": took, "filling": spent}), flush=True)
    os._exit(0)


main(sys.argv[1], int(sys.argv[2]))
