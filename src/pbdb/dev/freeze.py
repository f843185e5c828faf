"""Write what changed in `sql/` into the next migration, and what it was into the rollback.

`sql/` says what behaviour is now; a database needs the way there and back. The frozen migrations
are their own history: each holds the files that changed, verbatim, between comments that name them,
so freezing needs neither git nor a server. The newest unreleased code migration is written anew;
one that SHA256SUMS lists never changes again.

    python -m pbdb.dev.freeze             write the pair (`make freeze`)
    python -m pbdb.dev.freeze --check     say what is not frozen, exit 1 (`make freeze-check`)
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pbdb.install.files import load_order, migrations_folder, sql_folder
from pbdb.install.migrate import marked_text, migration_files, text_mark

SUMS: Final = "SHA256SUMS"

_BLOCK: Final = re.compile(
    r"^-- frozen: (?P<path>\S+) sha256=(?P<sum>[0-9a-f]{64})\n(?P<text>.*?)^-- end: (?P=path)$",
    re.DOTALL | re.MULTILINE,
)
_DELETED: Final = re.compile(r"^-- deleted: (\S+)$", re.MULTILINE)
_DROP: Final = re.compile(r"^-- drop: (.+?);?$", re.MULTILINE)
_REVOKE: Final = re.compile(r"^revoke all on (?!function)[^;]+;", re.MULTILINE)
_COMMENT: Final = re.compile(r"^comment on ((?:table|column) \S+) is\b", re.MULTILINE)
# What `create or replace` cannot change: parameter names, defaults, the result.
_SIGNATURE: Final = re.compile(
    r"^create or replace function (.*?)^(?:language|as)\b", re.DOTALL | re.MULTILINE
)
# What PostgreSQL tracks dependencies of; other bodies are looked up when they run.
_TRACKED: Final = re.compile(
    r"^begin atomic|^create policy|^create (?:or replace )?(?:view|trigger)\b", re.MULTILINE
)


class FreezeError(RuntimeError):
    """A file in sql/ or migrations/ does not follow the rules; the message names it."""


@dataclass(frozen=True)
class SqlFile:
    """One file of `sql/`, as it is now or as a migration remembers it."""

    path: str
    text: str

    @cached_property
    def drops(self) -> list[str]:
        """What it creates, in the words of its `-- drop:` lines."""
        found = _DROP.findall(self.text)
        if not found:
            raise FreezeError(f"{self.path} has no line `-- drop: …`")
        return list(found)

    @cached_property
    def signatures(self) -> dict[str, str]:
        """The part of each function that `create or replace` cannot change, by its drop line."""
        functions = [drop for drop in self.drops if drop.startswith("function ")]
        found = [" ".join(text.split()) for text in _SIGNATURE.findall(self.text)]
        return dict(zip(functions, found, strict=False))

    @property
    def is_tracked(self) -> bool:
        """Whether dropping what it uses is refused while it exists."""
        return _TRACKED.search(self.text) is not None

    def mentions(self, drops: Iterable[str]) -> bool:
        """Whether its text names one of these functions or views."""
        names = {drop.split()[1].split("(")[0] for drop in drops if "." in drop.split()[1]}
        return any(re.search(rf"\b{re.escape(name)}\b", self.text) for name in names)


Files = Mapping[str, SqlFile]


def current(folder: Path | None = None) -> dict[str, SqlFile]:
    """Return the files of sql/ in load order. Raises when one is not in load.sql."""
    folder = folder or sql_folder()
    files = {}
    for file in load_order(folder):
        path = f"sql/{file.relative_to(folder).as_posix()}"
        if path in files:
            raise FreezeError(f"load.sql names {path} twice")
        text = file.read_text(encoding="utf-8")
        files[path] = SqlFile(path, text if text.endswith("\n") else text + "\n")
    every = {f"sql/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*.sql")}
    unlisted = every - set(files) - {"sql/load.sql", "sql/schema.snapshot.sql"}
    if unlisted:
        raise FreezeError(f"not in sql/load.sql: {', '.join(sorted(unlisted))}")
    return files


def frozen(migrations: Sequence[Path]) -> dict[str, SqlFile]:
    """Return the files of sql/ as these migrations leave them, in load order."""
    known: dict[str, SqlFile] = {}
    for migration in migrations:
        text = migration.read_text(encoding="utf-8")
        before: str | None = None
        for block in _BLOCK.finditer(text):
            path, content = block["path"], block["text"]
            if _sum(content) != block["sum"]:
                raise FreezeError(f"{migration.name}: the frozen text of {path} was edited")
            known = _insert(known, SqlFile(path, content), after=before)
            before = path
        for path in _DELETED.findall(text):
            known.pop(path, None)
    return known


def _insert(known: dict[str, SqlFile], file: SqlFile, after: str | None) -> dict[str, SqlFile]:
    """Replace a file where it is; put a new one behind the one that came before it."""
    if file.path in known or after is None or after not in known:
        return {**known, file.path: file}
    items = list(known.items())
    place = list(known).index(after) + 1
    return dict([*items[:place], (file.path, file), *items[place:]])


def transition(old: Files, new: Files) -> str:
    """Return the SQL that leads from one state of sql/ to another; empty when they are the same.

    What cannot be replaced is dropped first, with all that PostgreSQL would refuse to drop it for;
    then everything new, changed or dropped is created in load order; then what is gone is dropped,
    in reverse.
    """
    kept = {drop for file in new.values() for drop in file.drops}
    changed = {path for path, file in new.items() if file != old.get(path)}
    in_the_way = _in_the_way(old, new, kept)
    parts = [f"drop {drop};\n" for _, drop in reversed(in_the_way)]
    if parts:
        parts.append("\n")
    dropped = {path for path, _ in in_the_way}
    for path, file in new.items():
        if path in changed or path in dropped:
            parts.append(
                f"-- frozen: {path} sha256={_sum(file.text)}\n{file.text}-- end: {path}\n\n"
            )
    already = {drop for _, drop in in_the_way}
    for path, file in reversed(list(old.items())):
        if path in new:
            continue
        parts.append(f"-- deleted: {path}\n")
        parts += [f"{revoke}\n" for revoke in _REVOKE.findall(file.text)]
        parts += [f"comment on {what} is null;\n" for what in _COMMENT.findall(file.text)]
        parts += [f"drop {drop};\n" for drop in file.drops if drop not in kept | already]
        parts.append("\n")
    return "".join(parts)


def _in_the_way(old: Files, new: Files, kept: set[str]) -> list[tuple[str, str]]:
    """Return (path, what to drop) in load order: changed signatures and what depends on them."""
    now = {drop: text for file in new.values() for drop, text in file.signatures.items()}
    found: dict[str, list[str]] = {}
    for path, file in old.items():
        gone = [drop for drop in file.drops if path in new and drop not in kept]
        other = [drop for drop, text in file.signatures.items() if now.get(drop, text) != text]
        if gone or other:
            found[path] = [drop for drop in reversed(file.drops) if drop in {*gone, *other}]
    while True:
        drops = [drop for each in found.values() for drop in each if _is_called(drop)]
        more = {
            path: list(reversed(file.drops))
            for path, file in old.items()
            if path not in found and file.is_tracked and file.mentions(drops)
        }
        if not more:
            return [(path, drop) for path in old for drop in found.get(path, [])]
        found |= more


def _is_called(drop: str) -> bool:
    return drop.startswith(("function ", "view "))


@dataclass(frozen=True, slots=True)
class Pair:
    """The two texts of one migration that `freeze` writes."""

    id: str
    forward: str
    rollback: str

    def write(self, folder: Path) -> list[Path]:
        """Write both files and return them."""
        files = [folder / f"{self.id}.sql", folder / f"{self.id}.rollback.sql"]
        for file, text in zip(files, (self.forward, self.rollback), strict=True):
            file.write_text(text, encoding="utf-8")
        return files

    def is_written(self, folder: Path) -> bool:
        """Whether the folder has exactly this pair."""
        files = [folder / f"{self.id}.sql", folder / f"{self.id}.rollback.sql"]
        texts = (self.forward, self.rollback)
        return all(
            file.exists() and file.read_text(encoding="utf-8") == text
            for file, text in zip(files, texts, strict=True)
        )


def pending(
    folder: Path | None = None, sql: Path | None = None, name: str | None = None
) -> Pair | None:
    """Return the pair that the newest code migration should be; None when nothing is to freeze."""
    folder = folder or migrations_folder()
    now = current(sql)
    migrations = migration_files(folder)
    written = _open(folder)
    if written is not None:
        migrations = migrations[:-1]
    before = frozen([each for each in migrations if ".code-" in each.name])
    forward, back = transition(before, now), transition(now, before)
    if not forward:
        return None
    if name is None and written is not None:
        chosen = written
    else:
        number = int(migrations[-1].name.split(".")[0]) + 1 if migrations else 1
        subjects = sorted({path.split("/")[1] for path in _touched(before, now)})
        chosen = f"{number:04}.code-{name or ('-'.join(subjects) if before else 'initial')}"
    depends = f"-- depends: {migrations[-1].stem}\n" if migrations else ""
    texts = [each.read_text(encoding="utf-8") for each in migrations]
    mark = text_mark(_sum("".join([*texts, forward])))
    former = next((found for each in reversed(texts) if (found := marked_text(each))), None)
    return Pair(
        chosen,
        _forward(depends, before, now, f"{forward}{mark}"),
        _rollback(chosen, f"{back}{text_mark(former)}"),
    )


def _open(folder: Path) -> str | None:
    """Return the id of the newest migration if it is code that was not released."""
    newest = next(reversed(migration_files(folder)), None)
    if newest is None or ".code-" not in newest.name or newest.name in released(folder):
        return None
    return newest.stem


def _touched(old: Files, new: Files) -> list[str]:
    return [path for path in {**old, **new} if old.get(path) != new.get(path)]


def _forward(depends: str, old: Files, new: Files, body: str) -> str:
    added = sum(path not in old for path in new)
    gone = sum(path not in new for path in old)
    changed = sum(path in old and new[path] != old[path] for path in new)
    return (
        f"{depends}"
        f"-- What:  behaviour as sql/ has it now: {added} files new, {changed} changed, "
        f"{gone} deleted.\n"
        "-- GENERATED by `make freeze`; read and edit sql/ instead.\n"
        "-- Locks: policies and triggers lock their table an instant, functions nothing. After\n"
        "--        ten seconds of waiting it fails and changes nothing: run it again.\n"
        "-- In flight: calls that have begun end with the text that they began with.\n\n"
        f"set local lock_timeout = '10s';\nset local role pbdb_owner;\n\n{body}reset role;\n"
    )


def _rollback(name: str, body: str) -> str:
    return (
        f"-- What:  undo {name}: the text of sql/ as it was before.\n"
        "-- GENERATED by `make freeze`.\n\n"
        f"set local lock_timeout = '10s';\nset local role pbdb_owner;\n\n{body}reset role;\n"
    )


def freeze(
    folder: Path | None = None, sql: Path | None = None, name: str | None = None
) -> list[Path]:
    """Write the newest code migration and its rollback; return the files that changed.

    A migration that has nothing left to do, because sql/ was changed back, is deleted.
    """
    folder = folder or migrations_folder()
    pair = pending(folder, sql, name)
    if pair is not None and pair.is_written(folder):
        return []
    written = _open(folder)
    if written is not None:
        for suffix in (".sql", ".rollback.sql"):
            (folder / f"{written}{suffix}").unlink(missing_ok=True)
    return pair.write(folder) if pair is not None else []


def check(folder: Path | None = None, sql: Path | None = None) -> list[str]:
    """Return what keeps sql/ and migrations/ from agreeing; empty when they do."""
    folder = folder or migrations_folder()
    pair = pending(folder, sql)
    written = _open(folder)
    if pair is None:
        return [] if written is None else [f"{written} has nothing left to do"]
    if pair.is_written(folder):
        return []
    try:
        known = frozen([each for each in migration_files(folder) if ".code-" in each.name])
    except FreezeError as error:
        return [str(error)]
    return _touched(known, current(sql)) or [f"{pair.id} was not written by freeze"]


def released(folder: Path | None = None) -> set[str]:
    """Return the names of the files that SHA256SUMS pins."""
    sums = (folder or migrations_folder()) / SUMS
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.exists() else []
    return {line.partition("  ")[2] for line in lines}


def release(folder: Path | None = None) -> None:
    """Pin every migration as it is now, in the format of sha256sum."""
    folder = folder or migrations_folder()
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.glob("[0-9]*.sql"))
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m pbdb.dev.freeze", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when stale")
    parser.add_argument("--name", help="name of the migration, after code-")
    options = parser.parse_args(arguments)
    try:
        wrong = check()
        if options.check:
            for each in wrong:
                print(f"not frozen: {each}", file=sys.stderr)
            if wrong:
                print("run make freeze", file=sys.stderr)
                return 1
            return 0
        for file in freeze(name=options.name):
            print(f"wrote migrations/{file.name}")
    except (FreezeError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
