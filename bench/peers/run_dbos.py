"""DBOS: a workflow with five steps, enqueued on a queue. Arguments: URL, executions."""

from __future__ import annotations

import json
import os
import sys
import threading
import time

from dbos import DBOS, DBOSClient

began = 0.0
ended = threading.Semaphore(0)


@DBOS.step()
def noop():
    return {"ok": True}


@DBOS.workflow(name="chain")
def chain(given):
    global began
    began = began or time.perf_counter()
    for _ in range(5):
        noop()
    ended.release()
    return {"ok": True}


def main(url: str, executions: int) -> None:
    DBOS(config={
        "name": "bench", "application_version": "1", "system_database_url": url,
        "sys_db_pool_size": 20, "log_level": "ERROR",
    })  # fmt: skip
    DBOS.launch()
    # Nobody listens to the queue before it is full: filling it is no part of the rate.
    client = DBOSClient(system_database_url=url)
    for _ in range(executions):
        client.enqueue(
            {"workflow_name": "chain", "queue_name": "bench", "app_version": "1"}, {"a": 1}
        )
    DBOS.register_queue("bench", worker_concurrency=64, polling_interval_sec=0.01)
    for _ in range(executions):
        ended.acquire()
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
    os._exit(0)


main(sys.argv[1], int(sys.argv[2]))
