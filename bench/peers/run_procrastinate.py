"""Procrastinate: a job that defers the next one, five times. Arguments: URL, executions."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

import procrastinate


async def main(url: str, executions: int) -> float:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=20))
    done = asyncio.Event()
    began = took = 0.0
    ended = 0

    @app.task(queue="bench", name="step")
    async def step(number: int):
        nonlocal began, ended, took
        began = began or time.perf_counter()
        if number < 5:
            await step.defer_async(number=number + 1)
            return
        ended += 1
        if ended == executions:
            took = time.perf_counter() - began
            done.set()

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await step.batch_defer_async(*({"number": 1} for _ in range(executions)))
        worker = asyncio.create_task(
            app.run_worker_async(queues=["bench"], concurrency=64, install_signal_handlers=False)
        )
        await done.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return took


logging.disable(logging.WARNING)
print(json.dumps({"seconds": asyncio.run(main(sys.argv[1], int(sys.argv[2])))}))
