"""The TypeScript and JavaScript sandbox: one Deno process without permissions for each call.

It gets the code as data on stdin, runs once and is killed, with its whole process group, at the
deadline, at the memory limit or when it prints too much. Where the system allows it, the process
also has its own user and network namespaces.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import secrets
import shutil
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pbdb.guard.answer import SandboxResult, read_answer
from pbdb.guard.deno import Limits, Process, find_deno, unavailable
from pbdb.model import StepFailed

log = logging.getLogger(__name__)

Language = Literal["typescript", "javascript"]

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
        self._idle: deque[Process] = deque()
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
        return read_answer(answer, first_line=2 if is_body else 1)

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

    async def _take(self) -> Process:
        while self._idle:
            process = self._idle.popleft()
            if process.is_alive:
                return process
            await process.kill()
        return await self._start()

    async def _start(self) -> Process:
        deno = self._deno or find_deno()
        if deno is None:
            raise unavailable("Deno is not installed: pip install 'pbdb[runner]'")
        harness = resources.files(__package__) / "harness.js"
        with resources.as_file(harness) as path:
            wrapper = await self._find_wrapper(deno, path)
            return await Process.start(wrapper, deno, path, self._limits)

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
                        probe = await Process.start(candidate, deno, harness, self._limits)
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


def _is_bindable(key: object) -> bool:
    return isinstance(key, str) and _IDENTIFIER.match(key) is not None and key not in _RESERVED
