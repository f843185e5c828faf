"""The rooms of src/pbdb, read from its imports: who may reach whom, and nobody in a circle.

Every law is also given a small package that breaks it, and must say so.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from layout import circles, imports, modules, sql_texts

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "pbdb"

# What each room may import, from the ground up: a room reaches only what stands above it here.
# "install.verify" is one part of a room. "runner" alone is what the room itself gives, by its
# `__init__`; "guard.*" is everything in it.
ROOMS: dict[str, tuple[str, ...]] = {
    "model": (),
    "errors": (),
    "settings": (),
    "database": ("settings",),
    "rows": (),
    "client": ("database", "errors", "rows"),
    "document": ("errors",),
    "app": ("model",),
    "guard": ("app.payload", "model", "settings"),
    "steps": ("app.*", "guard.*", "model", "settings"),
    "runner": ("app.*", "database", "guard.secrets", "model", "steps.*"),
    "install": (),
    "demo": ("app.*", "database", "guard.egress", "model", "steps.*"),
    "server": ("database", "document.*", "errors", "install.verify", "model", "settings"),
    "cli": (
        "app.*", "client", "database", "demo.*", "document.*", "errors", "install.*", "model",
        "rows", "runner", "server.*", "settings",
    ),
    "dev": ("document.*", "install.*", "server.routes", "server.types.*"),
}  # fmt: skip
# Above the rooms: what users import, and `python -m pbdb`.
ROOF = {
    "pbdb": ("app.*", "client", "database", "errors", "model", "runner", "steps.*"),
    "__main__": ("cli",),
}


def violations(package: Path, rooms: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Imports between rooms that the table does not allow, as `a.b imports c.d`."""
    found = []
    for module, imported in imports(package).items():
        for other in sorted(imported):
            if room(module) == room(other):
                continue
            allowed = rooms.get(room(module), ())
            inside = other.partition(".")[2]
            if not any(_fits(inside, each) for each in allowed):
                found.append(f"{module.partition('.')[2]} imports {inside}")
    return found


def room(module: str) -> str:
    """The room of a module: `app` for `pbdb.app.registry`; `pbdb` for the package itself."""
    return ([*module.split("."), ""])[1] or module


def between_rooms(package: Path) -> dict[str, set[str]]:
    """Which room imports which."""
    graph: dict[str, set[str]] = {}
    for module, imported in imports(package).items():
        graph.setdefault(room(module), set()).update(map(room, imported))
    return {name: others - {name} for name, others in graph.items()}


def _fits(module: str, allowed: str) -> bool:
    if allowed.endswith(".*"):
        return module == allowed[:-2] or module.startswith(allowed[:-1])
    return module == allowed


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A package with two rooms that keep every law; tests put something into it."""
    package = tmp_path / "pbdb"
    for folder in ("", "cli", "dev", "steps", "runner"):
        (package / folder).mkdir()
        (package / folder / "__init__.py").write_text("")
    (package / "model.py").write_text("VALUE = 1\n")
    (package / "steps" / "agent.py").write_text('"""Select from what pbdb.has."""\n')
    (package / "runner" / "loop.py").write_text("from pbdb.steps import agent\n")
    return package


def test_rooms_reach_only_what_they_may() -> None:
    assert violations(PACKAGE, ROOMS | ROOF) == []


def test_the_table_has_no_arrow_upward_and_names_nobody_who_does_not_exist() -> None:
    above: set[str] = set()
    for name, allowed in ROOMS.items():
        assert {each.partition(".")[0] for each in allowed} <= above, name
        above.add(name)
    assert {room(each) for each in modules(PACKAGE)} - {"pbdb", "__main__"} <= above


def test_nothing_imports_in_a_circle() -> None:
    assert circles(imports(PACKAGE)) == []
    assert circles(between_rooms(PACKAGE)) == []


def test_nobody_imports_the_tools_of_developers() -> None:
    assert not any(
        each.startswith("dev") for allowed in (ROOMS | ROOF).values() for each in allowed
    )


def test_steps_have_no_sql() -> None:
    assert sql_texts(PACKAGE / "steps") == []


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("cli/run.py", "from pbdb.steps import agent\n", "cli.run imports steps.agent"),
        ("cli/run.py", "import pbdb.steps.agent\n", "cli.run imports steps.agent"),
        ("cli/run.py", "from ..steps import agent\n", "cli.run imports steps.agent"),
        ("steps/sql.py", "from pbdb.runner import loop\n", "steps.sql imports runner.loop"),
        (
            "runner/slots.py",
            "def f() -> None:\n    from pbdb import dev\n",
            "runner.slots imports dev",
        ),
        (
            "runner/slots.py",
            "import importlib\n\nfound = importlib.import_module('pbdb.cli.run')\n",
            "runner.slots imports cli",
        ),
        ("attic/box.py", "from pbdb import model\n", "attic.box imports model"),
    ],
)
def test_an_arrow_that_the_table_does_not_have_is_found(
    house: Path, file: str, text: str, found: str
) -> None:
    assert violations(house, ROOMS) == []
    (house / file).parent.mkdir(exist_ok=True)
    (house / file).write_text(text)

    assert violations(house, ROOMS) == [found]


def test_a_room_whose_front_door_alone_is_open_is_not_entered_by_the_back(house: Path) -> None:
    rooms = {**ROOMS, "cli": ("runner",)}
    (house / "cli" / "run.py").write_text("from pbdb.runner import Runner\n")
    assert violations(house, rooms) == []

    (house / "cli" / "run.py").write_text("from pbdb.runner.loop import Loop\n")
    assert violations(house, rooms) == ["cli.run imports runner.loop"]


def test_a_circle_of_modules_or_of_rooms_is_found(house: Path) -> None:
    assert circles(imports(house)) == []
    (house / "runner" / "slots.py").write_text("def f():\n    from pbdb.runner import loop\n")
    (house / "steps" / "agent.py").write_text("from pbdb.runner import slots\n")

    assert circles(imports(house)) == [
        ["pbdb.runner.loop", "pbdb.runner.slots", "pbdb.steps.agent"]
    ]

    (house / "runner" / "slots.py").write_text("")
    assert circles(imports(house)) == []
    assert circles(between_rooms(house)) == [["runner", "steps"]]


@pytest.mark.parametrize(
    "text",
    [
        "QUERY = 'select from pbdb.playbooks'\n",
        "def f(c):\n    c.execute(f'UPDATE {t} set a = 1')\n",
        "X = '''\n    with a as (select 1)\n    delete from pbdb.workers\n'''\n",
        "import psycopg\n",
        "def f():\n    from pbdb.database import connect\n",
    ],
)
def test_sql_in_a_step_is_found(house: Path, text: str) -> None:
    assert sql_texts(house / "steps") == []
    (house / "steps" / "agent.py").write_text(text)

    assert len(sql_texts(house / "steps")) == 1


def test_importing_pbdb_brings_in_nothing_and_its_command_no_handlers() -> None:
    script = """
import sys, pbdb
print(*(name for name in sys.modules if name.startswith("pbdb")))
import pbdb.cli
print(*sys.modules)
"""
    said = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    ).stdout.splitlines()

    assert said[0] == "pbdb"
    assert {"pbdb.steps", "httpx2", "pydantic"} & set(said[1].split()) == set()


def test_every_public_name_can_be_imported_and_is_one_for_type_checkers() -> None:
    import pbdb

    text = (PACKAGE / "__init__.py").read_text()
    seen = re.findall(r"\b\w+\b", text.split("if TYPE_CHECKING:")[1].split("__all__")[0])

    assert [name for name in pbdb.__all__ if getattr(pbdb, name).__name__ != name] == []
    assert set(pbdb.__all__) <= set(seen)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pbdb.nothing  # noqa: B018


def test_pages_tell_readers_to_import_from_pbdb_itself() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")]
    told = {
        name.strip()
        for page in pages
        for line in re.findall(r"^\s*from pbdb import (.+)$", page.read_text(), re.MULTILINE)
        for name in line.split(",")
    }
    deep = [
        f"{page.name}: {line}"
        for page in pages
        for line in re.findall(
            r"^\s*(?:from pbdb\.\S+ import|import pbdb\.).+$", page.read_text(), re.MULTILINE
        )
    ]

    import pbdb

    assert deep == []
    assert told and told <= set(pbdb.__all__)
