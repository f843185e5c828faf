"""A runner in a thread, for a program that does something else meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pbdb.runner.runner import Runner

_STOP_SECONDS = 10
_HURRY_SECONDS = 3


@contextmanager
def in_background(runner: Runner) -> Iterator[Callable[[], None]]:
    """Let a runner run in a thread while the block lasts; what it holds then is given back.

    Yields a function that raises what ended the runner, if anything did.
    """
    loop = asyncio.new_event_loop()
    errors: list[BaseException] = []

    def main() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(runner.run())
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for us
            errors.append(error)

    def check() -> None:
        for error in errors:
            raise error

    thread = threading.Thread(target=main, name="pbdb-runner", daemon=True)
    thread.start()
    seconds = _STOP_SECONDS
    try:
        yield check
    except KeyboardInterrupt:
        # Who presses Ctrl-C does not wait for what runs: it is given back at once.
        seconds = _HURRY_SECONDS
        if thread.is_alive():
            loop.call_soon_threadsafe(runner.stop)
        raise
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(runner.stop)
        thread.join(timeout=seconds)
