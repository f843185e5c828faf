"""`python -m pbdb.dev.web_packages FOLDER`: @pbdb/client and @pbdb/react as tarballs for npm.

Compiled by TypeScript in Deno: JavaScript modules and their declarations. The same sources give the
same bytes.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
WEB: Final = ROOT / "src" / "pbdb" / "web"
# What a package needs of its user's; @pbdb/react is of the client's version.
_PEERS: Final[dict[str, dict[str, str]]] = {
    "client": {},
    "react": {"@tanstack/react-query": ">=5", "react": ">=18"},
}
_ABOUT: Final = {
    "client": "Client of pbdb, AI playbooks that run in PostgreSQL: REST, live progress, types",
    "react": "React hooks of pbdb, AI playbooks that run in PostgreSQL",
}


def write(folder: Path) -> list[Path]:
    """Compile both and pack them; return the tarballs."""
    folder.mkdir(parents=True, exist_ok=True)
    _deno("install", "--quiet", "--frozen")
    with tempfile.TemporaryDirectory() as scratch:
        made = {name: _compiled(name, Path(scratch)) for name in _PEERS}
        return [_packed(name, compiled, folder) for name, compiled in made.items()]


def _compiled(name: str, scratch: Path) -> Path:
    """The JavaScript and the declarations of a package."""
    out = scratch / name
    settings: dict[str, Any] = {
        "extends": str(WEB / "tsconfig.json"),
        "compilerOptions": {
            "noEmit": False,
            "declaration": True,
            "rootDir": str(WEB / name),
            "outDir": str(out),
            # Others see of the client what is in its package.
            "paths": {"@pbdb/client": [str(scratch / "client" / "mod.d.ts")]},
        },
        "files": [str(WEB / name / "mod.ts")],
        "include": [],
    }
    project = scratch / f"{name}.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    _deno("run", "--quiet", "--allow-all", "node_modules/typescript/bin/tsc", "-p", str(project))
    return out


def _packed(name: str, compiled: Path, folder: Path) -> Path:
    version = importlib.metadata.version("pbdb")
    texts = {
        "package.json": json.dumps(_manifest(name, version), indent=2) + "\n",
        "README.md": (WEB / name / "README.md").read_text(encoding="utf-8"),
        "LICENSE": (ROOT / "LICENSE").read_text(encoding="utf-8"),
    }
    texts |= {each.name: each.read_text(encoding="utf-8") for each in sorted(compiled.iterdir())}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file, text in texts.items():
            content = text.encode()
            # npm puts everything below package/.
            entry = tarfile.TarInfo(f"package/{file}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    target = folder / f"pbdb-{name}-{version}.tgz"
    target.write_bytes(gzip.compress(packed.getvalue(), mtime=0))
    return target


def _manifest(name: str, version: str) -> dict[str, Any]:
    peers = dict(_PEERS[name])
    if name != "client":
        peers["@pbdb/client"] = version
    return {
        "name": f"@pbdb/{name}",
        "version": version,
        "description": _ABOUT[name],
        "license": "MIT",
        "type": "module",
        "sideEffects": False,
        "exports": {".": {"types": "./mod.d.ts", "default": "./mod.js"}},
        "types": "./mod.d.ts",
        **({"peerDependencies": peers} if peers else {}),
    }


def _deno(*arguments: str) -> None:
    program = shutil.which("deno") or str(Path(sys.executable).parent / "deno")
    subprocess.run([program, *arguments], cwd=WEB, check=True)


if __name__ == "__main__":
    for made in write(Path(sys.argv[1])):
        print(made)
