"""The builder's own tests, of texts and their changes, without a browser; and its types."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

import pytest

from pbdb.document.file import DocumentError, parse_document
from web.browser import ROOT, deno

WEB = ROOT / "src" / "pbdb" / "web"


@pytest.fixture(autouse=True)
def _installed() -> None:
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True)


VALUES: Final = (
    *("on", "yes", "no", "010", "0x1f", "0o17", "12:30", "1_000", "2020-01-01", "1e3", "1.", "-.5"),
    *("+1", "+1.5", "1.10", "true", "TRUE", "tRue", "~", "null", "nUll", "", "1e", "0", "00", "-1"),
    *("12345678901234567890", "1.5e400", ".inf", ".nan", "!!str 1", "!!int '1'", "!foo x", "="),
    *("a # c", "a: b", "[1, {a: b}]", "{a, b}", "{a: , b}", "*x", "&x a", "|+\n    x\n\n"),
    *(
        "|\n    x\n    y",
        ">\n    a\n    b\n\n    c\n",
        "'it''s'",
        '"\\u00e9\\x41\\U0001F600"',
        "@x",
    ),
    *(
        "%x",
        "a,b",
        "{a:b}",
        '{"a":1}',
        "[a: 1]",
        "\u00a0x",
        "!!binary aGk=",
        "!!timestamp 2020-01-01",
    ),
)
TEXTS: Final = (
    *(f"name: x\nv: {each}\n" for each in VALUES),
    *(
        "name: x\nname: y\n",
        "1: a\n",
        "true: a\n",
        "null: a\n",
        "on: a\n",
        "? [a]\n: b\n",
        "[a]\n",
        "",
    ),
    *("a: &x {b: 1}\nc: *x\n", "a: &x {b: 1}\nc:\n  b: 5\n  <<: *x\n", "<<: {a: 1}\nb: 2\n"),
    *(
        "a: 1\n---\nb: 2\n",
        "---\na: 1\n...\n",
        "\ufeffa: 1\n",
        "a: 1\r\nb: |\r\n  x\r\n",
        "a:\n\tb: 1\n",
    ),
    *("? a\n: b\n", "a:\n- 1\n", "a: [1, 2,]\n", "a: b\n c\n", "12:30: a\n", "a: *nope\n"),
)


def run(*arguments: str, said: str = "") -> str:
    done = subprocess.run(
        [deno(), *arguments], cwd=WEB, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def content(text: str) -> Any:
    try:
        return parse_document(text).content
    except DocumentError:
        return None


def test_the_page_reads_a_text_as_the_command_line_does() -> None:
    program = (
        'import { read } from "./document/read.ts";'
        "const texts = JSON.parse(await new Response(Deno.stdin.readable).text());"
        "console.log(JSON.stringify(texts.map((each) => read(each).content ?? null)));"
    )
    found = json.loads(run("eval", "--no-check", program, said=json.dumps(TEXTS)))
    assert dict(zip(TEXTS, found, strict=True)) == {each: content(each) for each in TEXTS}


def test_the_text_keeps_what_nobody_edited() -> None:
    run("test", "--quiet", "--no-check", "--allow-read", "--allow-env", "document")


def test_the_types_fit() -> None:
    run("run", "--quiet", "--allow-all", "node_modules/typescript/bin/tsc", "--noEmit")
