"""TypeScript programs of tests, in Deno, against a real `pbdb serve`; and the packages' compiler."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from web.browser import ROOT, deno

WEB: Final = ROOT / "src" / "pbdb" / "web"
COMPILERS: Final = ("typescript", "typescript-5")
_SECONDS: Final = 120

_PRELUDE: Final = """
import { createClient, PbdbError } from "@pbdb/client";
const url = Deno.env.get("ADDRESS")!;
const token = Deno.env.get("TOKEN")!;
const client = createClient({ url, token });
const say = (value: unknown) => console.log(JSON.stringify(value ?? null));
void PbdbError; void client; void say;
"""


def install() -> None:
    """Bring what the lockfile names; nothing when it is there."""
    subprocess.run([deno(), "install", "--quiet", "--frozen"], cwd=WEB, check=True)


def run(folder: Path, text: str, address: str, token: str, **environ: str) -> Any:
    """What a program says last, as `say(value)`. `client` is a client with the token; types count."""
    return list(_lines(start(folder, text, address, token, **environ)))[-1]


def start(
    folder: Path, text: str, address: str, token: str, **environ: str
) -> subprocess.Popen[str]:
    """Start such a program; its lines are what it said."""
    install()
    program = folder / "program.ts"
    program.write_text(_PRELUDE + text, encoding="utf-8")
    # With its own folder in reach only: a client needs nothing but the network.
    rights = ("--allow-net", "--allow-env=ADDRESS,TOKEN," + ",".join(environ or ["NONE"]))
    return subprocess.Popen(
        [deno(), "run", "--quiet", "--check", *rights, f"--config={WEB / 'deno.json'}", program],
        cwd=WEB,
        env={**os.environ, "NO_COLOR": "1", "ADDRESS": address, "TOKEN": token, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _lines(process: subprocess.Popen[str]) -> list[Any]:
    said, wrong = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, said + wrong
    return [json.loads(each) for each in said.splitlines()]


def compile_strictly(compiler: str, folder: Path, options: Mapping[str, Any]) -> str:
    """Compile what is in a folder with `tsc --strict`; what was wrong."""
    install()
    settings = {"compilerOptions": {"strict": True, **options}, "include": ["."]}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    # TypeScript 7 is a program of its own behind the same name.
    done = subprocess.run(
        [
            *(deno(), "run", "--quiet", "--allow-all"),
            *(WEB / "node_modules" / compiler / "bin" / "tsc", "--project", folder),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""
