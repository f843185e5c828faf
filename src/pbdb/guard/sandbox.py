"""The TypeScript and JavaScript sandbox: one Deno process without permissions for each call.

The process has no files, network, environment, subprocesses or imports. It gets the code as data
on stdin, runs once and is killed, with its whole process group, at the deadline, at the memory
limit or when it prints too much. V8's own heap limit does not count ArrayBuffers, and a limit on
address space stops V8 from starting; so the kernel's limit on data (relative to what the started
process has) and polling of the resident size do the counting. Where the system allows it, the
process also has its own user and network namespaces.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pbdb.model import StepFailed

log = logging.getLogger(__name__)

Language = Literal["typescript", "javascript"]

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
_WRAPPERS = (
    ("setpriv", "--no-new-privs", "--pdeathsig", "KILL"),
    ("unshare", "--user", "--net", "--ipc"),
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z", re.ASCII)
_DEFAULT_EXPORT = re.compile(r"^\s*export\s+default\b", re.MULTILINE)
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        input context console arguments eval await async break case catch class const continue
        debugger default delete do else enum export extends false finally for function if
        implements import in instanceof interface let new null package private protected public
        return static super switch this throw true try typeof undefined var void while with yield
        NaN Infinity
        """,
    )
)
_CODE_POSITION = re.compile(
    r"(?:blob:null/[0-9a-f-]+|file:///stripTypeScriptTypes\.ts):(\d+):(\d+)"
)
# Frames of the harness, and the excerpt (with the wrapper's lines) in a parser's message.
_NOT_THE_AUTHORS = re.compile(
    r"\n\s+at [^\n]*(?:guard/harness\.js|node:module)[^\n]*|\n\s*(?:\d+ +)?\|[^\n]*"
)
_POLL_SECONDS = 0.01
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. Memory counts what the code adds to the started process."""

    memory_mb: int = 128
    output_bytes: int = 1024 * 1024
    console_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """The value the code returned, and what it printed (cut at Limits.console_bytes)."""

    value: Any
    console: str


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


class Sandbox:
    """Runs code of step authors. Use as an async context manager; safe for concurrent calls.

    `spare` processes are kept started, each used once. `concurrency` bounds the processes that
    run code at the same time; further calls wait, and their deadline counts from their start.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        spare: int = 1,
        concurrency: int | None = None,
        deno: str | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._spare = spare
        self._deno = deno
        self._slots = asyncio.Semaphore(concurrency or max(2, (os.cpu_count() or 2) * 2))
        self._idle: deque[_Process] = deque()
        self._refill: asyncio.Task[None] | None = None
        self._wrapper: tuple[str, ...] | None = None
        self._wrapper_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Kill the spare processes."""
        if self._refill is not None:
            self._refill.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refill
        while self._idle:
            await self._idle.popleft().kill()

    async def warm(self) -> None:
        """Start the spare processes now; raises StepFailed SANDBOX_UNAVAILABLE if none starts."""
        while len(self._idle) < self._spare:
            self._idle.append(await self._start())

    async def run(
        self,
        code: str,
        *,
        language: Language = "typescript",
        input: Any = None,
        context: Mapping[str, Any] | None = None,
        timeout_seconds: float = 30.0,
        memory_mb: int | None = None,
    ) -> SandboxResult:
        """Run `code` once and return its value.

        `code` is the body of an async function with `input`, `context`, `console` and each member
        of the input (where its key is an identifier) in scope; or a module with a default export,
        which is called with input and context. No value means None. `memory_mb` may be less than
        the sandbox's own limit, not more.

        Raises StepFailed: SANDBOX_UNAVAILABLE, SANDBOX_ERROR (with the author's stack in
        details), SANDBOX_LIMIT (memory or output), OUTPUT_INVALID (not JSON), TIMEOUT.
        """
        limits = self._limits
        if memory_mb is not None:
            limits = replace(limits, memory_mb=min(memory_mb, limits.memory_mb))
        job, is_body = self._job(code, language, input, context)
        async with self._slots:
            process = await self._take()
            try:
                answer = await process.call(job, limits, timeout_seconds)
            finally:
                await process.kill()
                self._keep_spare()
        return _read_answer(answer, first_line=2 if is_body else 1)

    def _job(
        self, code: str, language: Language, input: Any, context: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], bool]:
        is_body = _DEFAULT_EXPORT.search(code) is None
        members = input if is_body and isinstance(input, Mapping) else {}
        names = [key for key in members if _is_bindable(key)]
        source = code
        if is_body:
            parameters = ", ".join(["input", "context", "console", *names])
            # The inner block lets the code declare a constant named like one of its inputs.
            source = f"export default async function ({parameters}) {{{{\n{code}\n}}}}"
        return {
            "nonce": secrets.token_hex(16),
            "language": language,
            "source": source,
            "entry": "body" if is_body else "module",
            "values": [members[name] for name in names],
            "input": input,
            "context": dict(context or {}),
            "maxOutput": self._limits.output_bytes,
            "maxConsole": self._limits.console_bytes,
        }, is_body

    async def _take(self) -> _Process:
        while self._idle:
            process = self._idle.popleft()
            if process.is_alive:
                return process
            await process.kill()
        return await self._start()

    async def _start(self) -> _Process:
        deno = self._deno or find_deno()
        if deno is None:
            raise _unavailable("Deno is not installed: pip install 'pbdb[runner]'")
        harness = resources.files(__package__) / "harness.js"
        with resources.as_file(harness) as path:
            wrapper = await self._find_wrapper(deno, path)
            return await _Process.start(wrapper, deno, path, self._limits)

    async def _find_wrapper(self, deno: str, harness: Path) -> tuple[str, ...]:
        """The strongest chain of wrappers with which Deno starts here; found out once."""
        async with self._wrapper_lock:
            if self._wrapper is None:
                candidates: list[tuple[str, ...]] = [()]
                for wrapper in _WRAPPERS:
                    if shutil.which(wrapper[0]) is not None:
                        candidates.append((*candidates[-1], *wrapper))
                for candidate in reversed(candidates):
                    try:
                        probe = await _Process.start(candidate, deno, harness, self._limits)
                    except StepFailed:
                        if not candidate:
                            raise
                        continue
                    await probe.kill()
                    self._wrapper = candidate
                    log.info("sandbox ready", extra={"namespaces": "unshare" in candidate})
                    break
            assert self._wrapper is not None
            return self._wrapper

    def _keep_spare(self) -> None:
        if self._spare and (self._refill is None or self._refill.done()):
            self._refill = asyncio.create_task(self._refill_spare())

    async def _refill_spare(self) -> None:
        try:
            await self.warm()
        except (StepFailed, OSError):
            log.warning("no spare sandbox process could be started")


class _Process:
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
    ) -> _Process:
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
                raise _unavailable(f"Deno did not start: {reason or 'no reason given'}")
        except (OSError, TimeoutError, ValueError) as error:
            if process is not None:
                await _kill(process)
            shutil.rmtree(folder, ignore_errors=True)
            raise _unavailable(f"Deno did not start: {error or 'timeout'}") from error
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
                raise _limit_reached(f"the code used more than {limits.memory_mb} MiB of memory")
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
                raise _limit_reached(f"the code printed more than {most} bytes")
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


def _is_bindable(key: object) -> bool:
    return isinstance(key, str) and _IDENTIFIER.match(key) is not None and key not in _RESERVED


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


def _read_answer(answer: Mapping[str, Any], first_line: int) -> SandboxResult:
    console = str(answer.get("console", ""))
    if answer["ok"]:
        from pbdb.app.payload import to_json

        return SandboxResult(to_json(json.loads(answer["value"])), console)
    details = {"console": console} if console else {}
    message = str(answer["message"])
    if answer["phase"] == "size":
        raise _limit_reached(f"the result has {message} bytes of JSON", details)
    if answer["phase"] == "result":
        raise StepFailed(
            "OUTPUT_INVALID", f"the result is not JSON: {message}", permanent=True, details=details
        )
    stack = _author_stack(str(answer.get("stack", "")), first_line)
    message = _author_stack(message, first_line)
    if stack:
        details["stack"] = stack
    name = str(answer["name"])
    raise StepFailed(
        "SANDBOX_ERROR",
        message if name == "Error" or message.startswith(f"{name}:") else f"{name}: {message}",
        # What does not even load will not load at the next attempt either.
        permanent=answer["phase"] == "load",
        details=details,
    )


def _author_stack(stack: str, first_line: int) -> str:
    """The stack in the author's own line numbers, without the harness's frames."""

    def position(match: re.Match[str]) -> str:
        return f"code:{max(1, int(match[1]) - first_line + 1)}:{match[2]}"

    stack = stack.replace("SyntaxError: SyntaxError: ", "SyntaxError: ")
    return _CODE_POSITION.sub(position, _NOT_THE_AUTHORS.sub("", stack))


def _ended_early(stderr: str, returncode: int | None, limits: Limits) -> StepFailed:
    if "out of memory" in stderr or "heap limit" in stderr:
        return _limit_reached(f"the code used more than {limits.memory_mb} MiB of memory")
    if "never resolved" in stderr:
        return StepFailed(
            "SANDBOX_ERROR", "the code awaits a promise that nothing resolves", permanent=True
        )
    return StepFailed(
        "SANDBOX_ERROR",
        "the process ended before the code returned a value",
        details={"stderr": stderr[:2000]} if stderr else {},
    )


def _limit_reached(what: str, details: Mapping[str, Any] | None = None) -> StepFailed:
    return StepFailed("SANDBOX_LIMIT", what, permanent=True, details=details)


def _unavailable(why: str) -> StepFailed:
    return StepFailed("SANDBOX_UNAVAILABLE", why)
