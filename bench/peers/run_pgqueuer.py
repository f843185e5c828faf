"""PgQueuer: a job that enqueues the next one, five times. Arguments: URL, executions."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.queries import Queries


async def main(url: str, executions: int) -> float:
    pool = await asyncpg.create_pool(url, min_size=2, max_size=20)
    queries = Queries(AsyncpgPoolDriver(pool))
    await queries.install()
    app = PgQueuer(AsyncpgPoolDriver(pool))
    began = took = 0.0
    ended = 0
    done = asyncio.Event()

    @app.entrypoint("step")
    async def step(job):
        nonlocal began, ended, took
        began = began or time.perf_counter()
        number = int(job.payload)
        if number < 5:
            await queries.enqueue("step", str(number + 1).encode())
            return
        ended += 1
        if ended == executions:
            took = time.perf_counter() - began
            done.set()

    await queries.enqueue(["step"] * executions, [b"1"] * executions, [0] * executions)
    worker = asyncio.create_task(app.run(batch_size=100))
    finished = asyncio.create_task(done.wait())
    await asyncio.wait([worker, finished], return_when=asyncio.FIRST_COMPLETED)
    if worker.done():
        worker.result()
    print(json.dumps({"seconds": took}), flush=True)
    app.shutdown.set()
    await asyncio.wait([worker], timeout=5)
    return took


logging.disable(logging.WARNING)
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
