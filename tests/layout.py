"""Which module of a package imports which, read from the syntax: lazy imports count too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_SQL = re.compile(
    r"\b(select\b.*\bfrom|insert\s+into|update\b.*\bset|delete\s+from|call\s+pbdb\.)\b",
    re.IGNORECASE | re.DOTALL,
)
_DATABASE = ("psycopg", "pbdb.database", "pbdb.client")

Graph = Mapping[str, set[str]]
"""Module name → the modules of the same package that it imports."""


def modules(package: Path) -> dict[str, Path]:
    """Return every module below a package's folder, by its full name."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = (package.name, *file.relative_to(package).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = file
    return found


def imports(package: Path) -> dict[str, set[str]]:
    """Return what each module imports of its own package, wherever and however it does.

    `from a import b` is `a.b` when that is a module, else `a`. Imports in functions, those that
    only type checkers see, and `import_module("…")` count like any other.
    """
    known = modules(package)
    graph: dict[str, set[str]] = {}
    for name, file in known.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        home = name if file.name == "__init__.py" else name.rpartition(".")[0]
        wanted = {_longest(each, known) for node in ast.walk(tree) for each in _names(node, home)}
        graph[name] = {each for each in wanted if each is not None} - {name}
    return graph


def sql_texts(folder: Path) -> list[str]:
    """Return where SQL is written, or a way to send it imported, below a folder: `file:line`."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        notes = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                is_sql = any(each.startswith(_DATABASE) for each in _names(node, ""))
            elif isinstance(node, ast.JoinedStr):
                is_sql = _SQL.search(ast.unparse(node)) is not None
            else:
                is_sql = (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and id(node) not in notes
                    and _SQL.search(node.value) is not None
                )
            if is_sql:
                found.append(f"{file.name}:{getattr(node, 'lineno', 0)}")
    return found


def circles(graph: Graph) -> list[list[str]]:
    """Return the sets of nodes that reach each other, sorted; empty for a graph with none."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        path.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in path:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = path.index(node)
            component = path[at:]
            del path[at:]
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)


def _names(node: ast.AST, home: str) -> Iterator[str]:
    """The full names that a node imports, in a module of the package `home`."""
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = home.split(".")
            base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
        yield from (f"{base}.{each.name}" for each in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        given = node.args[0]
        if isinstance(given, ast.Constant):
            yield str(given.value)
    elif isinstance(node, ast.Call):
        # asyncio.to_thread(importlib.import_module, "…")
        names = [ast.unparse(each) for each in node.args[:1]]
        if names and names[0].endswith("import_module"):
            yield from (str(each.value) for each in node.args[1:] if isinstance(each, ast.Constant))


def _longest(name: str, known: Mapping[str, Path]) -> str | None:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None
