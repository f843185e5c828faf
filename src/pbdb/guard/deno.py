"""One Deno process without permissions: started, given one job, watched and killed.

The process has no files, network, environment, subprocesses or imports. V8's own heap limit does
not count ArrayBuffers, and a limit on address space stops V8 from starting; so the kernel's limit
on data (relative to what the started process has) and polling of the resident size do the counting.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbdb.guard.answer import limit_reached
from pbdb.model import StepFailed

_DENO_FLAGS = (
    "run",
    "--quiet",
    "--no-prompt",
    "--no-remote",
    "--no-npm",
    "--no-config",
    "--no-lock",
    "--cached-only",
    "--no-code-cache",
)
_POLL_SECONDS = 0.01
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. Memory counts what the code adds to the started process."""

    memory_mb: int = 128
    output_bytes: int = 1024 * 1024
    console_bytes: int = 64 * 1024


def find_deno() -> str | None:
    """The path of the Deno binary: the one of the `deno` package, else the one on PATH."""
    try:
        from deno import find_deno_bin
    except ImportError:
        return shutil.which("deno")
    try:
        return str(find_deno_bin())
    except FileNotFoundError:
        return shutil.which("deno")


class Process:
    """One started Deno process, waiting for its job."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._base_rss = _resident_bytes(process.pid)

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @classmethod
    async def start(
        cls, wrapper: Sequence[str], deno: str, harness: Path, limits: Limits
    ) -> Process:
        folder = Path(tempfile.mkdtemp(prefix="pbdb-sandbox-"))
        process: asyncio.subprocess.Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                *wrapper,
                deno,
                *_DENO_FLAGS,
                f"--v8-flags=--max-old-space-size={limits.memory_mb}",
                str(harness),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env={"DENO_DIR": str(folder), "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
                start_new_session=True,
            )
            assert process.stdout is not None
            async with asyncio.timeout(_START_SECONDS):
                hello = await process.stdout.readline()
            if hello != b"ready\n":
                assert process.stderr is not None
                async with asyncio.timeout(1):
                    reason = (await process.stderr.read(2000)).decode(errors="replace").strip()
                raise unavailable(f"Deno did not start: {reason or 'no reason given'}")
        except (OSError, TimeoutError, ValueError) as error:
            if process is not None:
                await _kill(process)
            shutil.rmtree(folder, ignore_errors=True)
            raise unavailable(f"Deno did not start: {error or 'timeout'}") from error
        except BaseException:
            if process is not None:
                await _kill(process)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        # The cache folder is needed to start, and the only place the process could write to.
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.touch()
        _limit(process.pid, limits)
        return cls(process, folder)

    async def call(
        self, job: Mapping[str, Any], limits: Limits, timeout_seconds: float
    ) -> dict[str, Any]:
        """Send the job and return the harness's answer, within the limits."""
        nonce = str(job["nonce"]).encode()
        watch = asyncio.create_task(self._watch_memory(limits))
        drain = asyncio.create_task(self._drain_errors(limits))
        exchange = asyncio.create_task(self._exchange(json.dumps(job).encode(), nonce, limits))
        started = time.monotonic()
        try:
            done, _ = await asyncio.wait(
                {watch, exchange}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if exchange in done:
                framed = exchange.result()
            elif watch in done:
                raise limit_reached(f"the code used more than {limits.memory_mb} MiB of memory")
            else:
                elapsed = time.monotonic() - started
                raise StepFailed("TIMEOUT", f"the code was still running after {elapsed:.1f} s")
            if framed is None:
                await self.kill()
                async with asyncio.timeout(2):
                    raise _ended_early(await drain, self._process.returncode, limits)
            answer: dict[str, Any] = json.loads(framed)
            return answer
        finally:
            tasks = (watch, drain, exchange)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def kill(self) -> None:
        """Kill the process group; never fails, also when it is gone."""
        await _kill(self._process)
        with contextlib.suppress(OSError):
            self._folder.unlink()

    async def _exchange(self, job: bytes, nonce: bytes, limits: Limits) -> bytes | None:
        """What stands between two nonces on stdout; None when stdout ends without it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(job)
            await stdin.drain()
            stdin.close()
        # Twice the value, since JSON in JSON escapes quotes; plus the console, likewise.
        most = 2 * (limits.output_bytes + limits.console_bytes) + 64 * 1024
        received = bytearray()
        begin = -1
        while chunk := await stdout.read(64 * 1024):
            searched = max(0, len(received) - len(nonce))
            received += chunk
            if begin < 0:
                begin = received.find(nonce, searched)
                if begin >= 0:
                    begin += len(nonce)
                    searched = begin
            if begin >= 0:
                end = received.find(nonce, max(begin, searched))
                if end >= 0:
                    return bytes(received[begin:end])
            if len(received) > most:
                raise limit_reached(f"the code printed more than {most} bytes")
        return None

    async def _drain_errors(self, limits: Limits) -> str:
        """The beginning of stderr; what comes after it is read and dropped."""
        stderr = self._process.stderr
        assert stderr is not None
        kept = bytearray()
        while chunk := await stderr.read(64 * 1024):
            kept += chunk[: max(0, limits.console_bytes - len(kept))]
        return kept.decode(errors="replace")

    async def _watch_memory(self, limits: Limits) -> None:
        """Return once the process holds more than its limit."""
        most = self._base_rss + limits.memory_mb * 1024 * 1024
        while _resident_bytes(self._process.pid) <= most:
            await asyncio.sleep(_POLL_SECONDS)


async def _kill(process: asyncio.subprocess.Process) -> None:
    # Not process.kill(): it reaps the child under asyncio's hands.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    # wait() returns only when both pipes have been read to their end.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            await asyncio.gather(_skip(process.stdout), _skip(process.stderr))
            await process.wait()


async def _skip(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(64 * 1024):
        pass


def _limit(pid: int, limits: Limits) -> None:
    """Kernel limits for the started process, where the system has them."""
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        data = _status_bytes(pid, "VmData") + 2 * limits.memory_mb * 1024 * 1024
        resource.prlimit(pid, resource.RLIMIT_DATA, (data, data))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024 * 1024, 1024 * 1024))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (128, 128))


def _resident_bytes(pid: int) -> int:
    """Resident memory; 0 when the process is gone or the system has no /proc."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _status_bytes(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(name)


def _ended_early(stderr: str, returncode: int | None, limits: Limits) -> StepFailed:
    if "out of memory" in stderr or "heap limit" in stderr:
        return limit_reached(f"the code used more than {limits.memory_mb} MiB of memory")
    if "never resolved" in stderr:
        return StepFailed(
            "SANDBOX_ERROR", "the code awaits a promise that nothing resolves", permanent=True
        )
    return StepFailed(
        "SANDBOX_ERROR",
        "the process ended before the code returned a value",
        details={"stderr": stderr[:2000]} if stderr else {},
    )


def unavailable(why: str) -> StepFailed:
    """The failure of a step for which no process could be started."""
    return StepFailed("SANDBOX_UNAVAILABLE", why)
