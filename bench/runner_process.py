"""A runner process of the measurements: `python -m bench.runner_process URL KIND`.

KIND says how the no-op is registered: task (a coroutine function, as most handlers are), inline (a
plain function run on the event loop) or batch (one call for many steps).
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import logging
import pstats
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from pbdb import App, Runner

OUTPUT = {"ok": True}


def make_app(kind: str) -> App:
    """Return an App with the function `noop` of this kind."""
    app = App()
    if kind == "task":

        @app.function("noop")
        async def task() -> dict[str, bool]:
            return OUTPUT

    elif kind == "inline":

        @app.function("noop", inline=True)
        def inline() -> dict[str, bool]:
            return OUTPUT

    elif kind == "batch":

        @app.function("noop", batch=True)
        def batch(inputs: Sequence[Any]) -> list[dict[str, bool]]:
            return [OUTPUT] * len(inputs)

    else:
        raise SystemExit(f"no such kind: {kind}")
    return app


async def main(url: str, kind: str, count: int = 1) -> None:
    """Run until SIGTERM; then report what it took. `kind:profile` reports the costliest calls."""
    kind, _, profiled = kind.partition(":")
    profiler = cProfile.Profile()
    if profiled:
        profiler.enable()
    async with asyncio.TaskGroup() as group:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        began = time.process_time()
        tasks = [group.create_task(_run(url, kind, stop)) for _ in range(count)]
        await asyncio.sleep(0.3 if count == 1 else 5)
        print("READY", flush=True)
    profiler.disable()
    stats = [task.result() for task in tasks]
    print(
        json.dumps(
            {
                "cpu_seconds": time.process_time() - began,
                "claimed": sum(each[0] for each in stats),
                "turns": sum(each[1] for each in stats),
                "profile": costliest(profiler) if profiled else [],
            }
        )
    )


def costliest(profiler: cProfile.Profile, most: int = 20) -> list[str]:
    """The functions that took most time by themselves: seconds, calls, where."""
    found = pstats.Stats(profiler).get_stats_profile().func_profiles
    ranked = sorted(found.items(), key=lambda each: -each[1].tottime)[:most]
    return [
        f"{each.tottime:.3f} s, {each.ncalls} calls: {each.file_name.rpartition('/')[2]}:{name}"
        for name, each in ranked
    ]


async def _run(url: str, kind: str, stop: asyncio.Event) -> tuple[int, int]:
    runner = Runner(url, make_app(kind))
    work = asyncio.create_task(runner.run())
    await stop.wait()
    runner.stop()
    await work
    return runner.stats.claimed, runner.stats.turns


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(main(sys.argv[1], sys.argv[2], *(int(each) for each in sys.argv[3:])))
