"""What is built carries sql/ and migrations/, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the sdist, built as `make release` does."""
    folder = tmp_path_factory.mktemp("dist")
    hatchling = Path(sys.executable).parent / "hatchling"
    subprocess.run(
        [hatchling, "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    return folder


def sources() -> set[str]:
    """Every file of sql/ and migrations/, as paths in the checkout."""
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in ("sql", "migrations")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
    }
    assert "sql/load.sql" in found
    return found


def test_the_wheel_carries_sql_and_migrations(dist: Path) -> None:
    names = set(zipfile.ZipFile(next(dist.glob("*.whl"))).namelist())
    assert {f"pbdb/_{path}" for path in sources()} <= names
    assert "pbdb/py.typed" in names
    assert not {name for name in names if name.startswith("pbdb/dev/")}


def test_the_sdist_carries_everything_that_builds_and_tests_it(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "yoyo.ini"}
    assert wanted | sources() | {"tests/conftest.py", "src/pbdb/client.py"} <= names


def test_an_installed_wheel_prints_the_script_and_finds_its_files(
    dist: Path, tmp_path: Path
) -> None:
    """Dependencies come from this environment; pbdb itself only from the wheel."""
    home = tmp_path / "venv"
    venv.create(home, symlinks=True)
    site = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    (site / "theirs.pth").write_text(
        "\n".join(path for path in sys.path if "site-packages" in path)
    )
    python = home / "bin" / "python"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PBDB"))}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [python, *arguments], cwd=tmp_path, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    where = run(
        "-c", "from pbdb.install import files; print(files.sql_folder(), files.migrations_folder())"
    )
    assert where.split() == [str(site / "pbdb" / "_sql"), str(site / "pbdb" / "_migrations")]
    script = run("-m", "pbdb", "script", "--from", "0001")
    assert "create schema pbdb" in script
    assert "-- frozen: sql/" in script
