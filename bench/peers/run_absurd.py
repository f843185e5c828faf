"""Absurd: a task with five steps, each stored as a checkpoint. Arguments: URL, executions."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from absurd_sdk import AsyncAbsurd


def install(url: str) -> None:
    subprocess.run([Path(sys.executable).parent / "absurdctl", "init", "-d", url], check=True,
                   capture_output=True)  # fmt: skip


async def main(url: str, executions: int) -> float:
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    app = AsyncAbsurd(connection, queue_name="bench")
    await app.create_queue()
    began = took = 0.0
    ended = 0

    @app.register_task(name="chain")
    async def chain(params, context):
        nonlocal began, ended, took
        began = began or time.perf_counter()

        async def noop():
            return {"ok": True}

        for number in range(5):
            await context.step(f"step-{number}", noop)
        ended += 1
        if ended == executions:
            took = time.perf_counter() - began
            app.stop_worker()
        return {"ok": True}

    for _ in range(executions):
        await app.spawn("chain", {"a": 1})
    await app.start_worker(concurrency=64, batch_size=64, poll_interval=0.01)
    return took


install(sys.argv[1])
print(json.dumps({"seconds": asyncio.run(main(sys.argv[1], int(sys.argv[2])))}))
