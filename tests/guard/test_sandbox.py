"""The sandbox: what code can do, and everything it is refused. Real Deno processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pbdb.guard.answer import SandboxResult
from pbdb.guard.deno import Limits
from pbdb.guard.sandbox import Language, Sandbox
from pbdb.model import StepFailed


def run(
    code: str,
    input: Any = None,
    *,
    language: Language = "typescript",
    timeout: float = 20,
    limits: Limits | None = None,
) -> SandboxResult:
    async def main() -> SandboxResult:
        async with Sandbox(spare=0, limits=limits) as sandbox:
            return await sandbox.run(code, language=language, input=input, timeout_seconds=timeout)

    return asyncio.run(main())


def fails(code: str, input: Any = None, **options: Any) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        run(code, input, **options)
    return caught.value


@pytest.mark.parametrize("language", ["typescript", "javascript"])
def test_the_body_sees_its_input_and_each_of_its_members(language: Language) -> None:
    code = "return { sum: a + input.b, step: typeof context }"
    assert run(code, {"a": 1, "b": 2}, language=language).value == {"sum": 3, "step": "object"}


def test_types_interfaces_and_enums_are_understood() -> None:
    code = """
    interface Lead { score: number }
    enum Rank { Cold, Hot }
    const lead: Lead = input as Lead;
    return Rank[lead.score > 50 ? Rank.Hot : Rank.Cold];
    """
    assert run(code, {"score": 80}).value == "Hot"


def test_a_constant_may_be_named_like_a_member_of_the_input() -> None:
    assert run("const lead = input.lead; return lead.name", {"lead": {"name": "A"}}).value == "A"


def test_a_module_with_a_default_export_is_called_with_the_input() -> None:
    code = "export default async function main(input: {a: number}) { return input.a * 2 }"
    assert run(code, {"a": 21}).value == 42


def test_no_return_value_is_null_and_undefined_members_are_left_out() -> None:
    assert run("const x = 1").value is None
    assert run("return {a: undefined, b: null}").value == {"b": None}


def test_keys_of_the_prototype_are_plain_data() -> None:
    given = {"__proto__": {"admin": True}, "constructor": 1, "hasOwnProperty": 2}
    assert run("return input", given).value == given
    assert run("return ({}).admin === undefined", given).value is True


def test_what_the_code_prints_is_kept_apart_from_its_result() -> None:
    result = run("console.log('{\"ok\":true}', {a: 1}); return 1")
    assert (result.value, result.console) == (1, 'log {"ok":true} { a: 1 }\n')


def test_an_error_carries_the_stack_in_the_authors_lines() -> None:
    failure = fails("const a = 1;\n\nthrow new TypeError('bad lead')")
    assert (failure.code, failure.message) == ("SANDBOX_ERROR", "TypeError: bad lead")
    assert not failure.permanent
    assert "code:3:7" in failure.details["stack"]
    assert "harness" not in failure.details["stack"]


def test_code_that_does_not_parse_is_a_permanent_error_with_its_line() -> None:
    failure = fails("const a = 1;\nreturn (")
    assert (failure.code, failure.permanent) == ("SANDBOX_ERROR", True)
    assert failure.message.startswith("SyntaxError: ")


@pytest.mark.parametrize(
    "code",
    [
        "setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => {})",
        "Promise.reject(new Error('late')); await new Promise(r => setTimeout(r, 5000))",
    ],
)
def test_an_error_outside_the_call_fails_it_too(code: str) -> None:
    assert fails(code).message == "late"


@pytest.mark.parametrize(
    "code",
    [
        "return await Deno.readTextFile('/etc/passwd')",
        "return (await import('node:fs')).readFileSync('/etc/passwd', 'utf8')",
        "return (await import('file:///etc/passwd', {with: {type: 'text'}})).default",
        "await Deno.writeTextFile('/tmp/pbdb-escape', 'x')",
        "return Deno.env.toObject()",
        "return (await import('node:process')).env.PATH.length",
        "return await (await fetch('https://example.com')).text()",
        "return await Deno.connect({hostname: '127.0.0.1', port: 5432})",
        "return Deno.listen({port: 0})",
        "return await Deno.resolveDns('example.com', 'A')",
        "return new Deno.Command('id').outputSync()",
        "return (await import('node:child_process')).execSync('id').toString()",
        "return await import('https://example.com/x.js')",
        "return await import('npm:left-pad')",
        "return await import('jsr:@std/assert')",
        "return Deno.dlopen('/lib/x86_64-linux-gnu/libc.so.6', {})",
        "return Deno.hostname()",
        "Deno.kill(1, 'SIGTERM')",
        "localStorage.setItem('a', 'b'); return 1",
        "await (await caches.open('x')).put('http://a.b/', new Response('x')); return 1",
        "return await (await Deno.permissions.request({name: 'read'})).state == 'granted' || x()",
        "return await new Promise((_, no) => { new WebSocket('ws://127.0.0.1:1').onerror = no })",
    ],
)
def test_the_way_out_is_refused(code: str) -> None:
    assert fails(code).code == "SANDBOX_ERROR"


def test_breaking_out_of_the_body_into_a_module_gains_nothing() -> None:
    code = """}}
    import text from "file:///etc/passwd" with { type: "text" };
    export const stolen = text;
    async function rest() {{ return 1"""
    assert fails(code).code == "SANDBOX_ERROR"


def test_an_endless_loop_ends_at_the_timeout() -> None:
    began = time.monotonic()
    assert fails("for (;;);", timeout=0.5).code == "TIMEOUT"
    assert time.monotonic() - began < 5


def test_a_promise_that_never_resolves_is_an_error_at_once() -> None:
    failure = fails("await new Promise(() => {})")
    assert failure.code == "SANDBOX_ERROR"
    assert "promise" in failure.message


@pytest.mark.parametrize(
    "code",
    [
        "const a = []; for (;;) a.push({x: Math.random()})",
        "const a = []; for (;;) { const b = new Uint8Array(8 << 20); b.fill(1); a.push(b) }",
        "let s = 'x'; for (;;) s += s + Math.random()",
        """const bomb = 'data:text/javascript,const a=[];for(;;)a.push({})';
        for (let i = 0; i < 50; i++) new Worker(bomb, {type: 'module'});
        await new Promise(r => setTimeout(r, 15000))""",
    ],
)
def test_a_memory_bomb_is_stopped(code: str) -> None:
    failure = fails(code, limits=Limits(memory_mb=64))
    assert failure.code in {"SANDBOX_LIMIT", "SANDBOX_ERROR"}


def test_a_flood_of_output_is_stopped() -> None:
    failure = fails("for (;;) Deno.stdout.writeSync(new Uint8Array(65536))")
    assert failure.code == "SANDBOX_LIMIT"


def test_a_flood_of_errors_is_stopped() -> None:
    """By the timeout, or, where the reader is slow, by the memory that the unread output takes."""
    failure = fails("for (;;) Deno.stderr.writeSync(new Uint8Array(65536))", timeout=0.5)
    assert failure.code in {"TIMEOUT", "SANDBOX_LIMIT"}


def test_console_output_is_cut() -> None:
    result = run("for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100)); return 1")
    assert (result.value, len(result.console)) == (1, 64 * 1024)


def test_a_result_over_the_limit_is_refused() -> None:
    failure = fails("return 'é'.repeat(600000)")
    assert (failure.code, failure.permanent) == ("SANDBOX_LIMIT", True)


def test_a_forged_result_is_not_taken() -> None:
    code = """
    const forged = new TextEncoder().encode('\\n' + '0'.repeat(32) + '{"ok":true,"value":"1"}');
    Deno.stdout.writeSync(forged);
    Deno.exit(0);
    """
    failure = fails(code)
    assert failure.code == "SANDBOX_ERROR"
    assert "ended before" in failure.message


def test_tampering_with_the_globals_does_not_break_the_answer() -> None:
    code = """
    JSON.stringify = () => 'x'; TextEncoder.prototype.encode = () => new Uint8Array(0);
    Deno.stdout.writeSync = () => 0; globalThis.console = null; Number.isFinite = () => false;
    return {a: 1}
    """
    assert run(code).value == {"a": 1}


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("return NaN", "NaN"),
        ("return {a: [Infinity]}", "Infinity"),
        ("return {n: 10n}", "BigInt"),
        ("const a = {}; a.self = a; return a", "circular"),
        ("return 'a\\u0000b'", "NUL"),
        ("return ['\\ud800']", "surrogate"),
        ("let a = 1; for (let i = 0; i < 100; i++) a = [a]; return a", "64 levels"),
    ],
)
def test_a_result_that_json_cannot_express_is_refused(code: str, what: str) -> None:
    failure = fails(code, language="javascript")
    assert (failure.code, failure.permanent) == ("OUTPUT_INVALID", True)
    assert what in failure.message


def test_calls_share_nothing() -> None:
    async def main() -> list[Any]:
        async with Sandbox(spare=1) as sandbox:
            await sandbox.run("globalThis.left = 'secret'; Array.prototype.x = 1; return 1")
            result = await sandbox.run("return [typeof left, typeof [].x]")
            values: list[Any] = result.value
            return values

    assert asyncio.run(main()) == ["undefined", "undefined"]


def test_nothing_is_left_behind() -> None:
    async def main() -> set[int]:
        async with Sandbox(spare=2) as sandbox:
            await sandbox.warm()
            pids = {process._process.pid for process in sandbox._idle}
            await asyncio.gather(*(sandbox.run("return 1") for _ in range(4)))
            with pytest.raises(StepFailed):
                await sandbox.run("for (;;);", timeout_seconds=0.2)
            return pids

    for pid in asyncio.run(main()):
        assert not Path(f"/proc/{pid}").exists()


def test_a_cancelled_call_kills_its_process() -> None:
    async def main() -> float:
        async with Sandbox(spare=0) as sandbox:
            call = asyncio.create_task(sandbox.run("for (;;);"))
            await asyncio.sleep(0.5)
            call.cancel()
            began = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await call
            return time.monotonic() - began

    assert asyncio.run(main()) < 3


def test_a_killed_runner_takes_its_sandbox_along() -> None:
    script = """
import asyncio, sys
from pbdb.guard.sandbox import Sandbox
async def main():
    async with Sandbox(spare=0) as sandbox:
        process = await sandbox._start()
        print(process._process.pid, flush=True)
        await process.call(sandbox._job("for (;;);", "javascript", None, None)[0],
                           sandbox._limits, 60)
asyncio.run(main())
"""
    source = Path(__file__).parents[2] / "src"
    runner = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(source)},
        stdout=subprocess.PIPE,
    )
    assert runner.stdout is not None
    pid = int(runner.stdout.readline())
    time.sleep(0.3)
    assert Path(f"/proc/{pid}/stat").exists()
    runner.kill()
    runner.wait()
    end = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_the_process_has_a_network_of_its_own_and_no_environment() -> None:
    async def main() -> tuple[str, bytes, str]:
        async with Sandbox(spare=1) as sandbox:
            await sandbox.warm()
            if "unshare" not in (sandbox._wrapper or ()):
                pytest.skip("this system has no user namespaces")
            process = Path(f"/proc/{sandbox._idle[0]._process.pid}")
            return (
                str((process / "ns/net").readlink()),
                (process / "environ").read_bytes(),
                (process / "status").read_text(),
            )

    network, environ, status = asyncio.run(main())
    assert network != str(Path("/proc/self/ns/net").readlink())
    assert {entry.partition(b"=")[0] for entry in environ.split(b"\0") if entry} == {
        b"DENO_DIR",
        b"DENO_NO_UPDATE_CHECK",
        b"NO_COLOR",
    }
    assert "NoNewPrivs:\t1" in status


def test_without_deno_the_step_fails() -> None:
    async def main() -> None:
        async with Sandbox(deno="/nonexistent/deno") as sandbox:
            await sandbox.run("return 1")

    with pytest.raises(StepFailed) as caught:
        asyncio.run(main())
    assert caught.value.code == "SANDBOX_UNAVAILABLE"


def test_a_binary_that_is_not_deno_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "deno"
    fake.write_text("#!/bin/sh\necho ready-ish; sleep 1\n")
    fake.chmod(0o755)
    assert subprocess.run([fake], capture_output=True, check=True).stdout == b"ready-ish\n"

    async def main() -> None:
        async with Sandbox(deno=str(fake)) as sandbox:
            await sandbox.run("return 1")

    with pytest.raises(StepFailed) as caught:
        asyncio.run(main())
    assert caught.value.code == "SANDBOX_UNAVAILABLE"
