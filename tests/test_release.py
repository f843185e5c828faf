"""`make release` says what stands in the way, and writes nothing then."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pbdb.dev.release import ROOT, has_section, release, version

GREEN, RED = ("true",), ("false",)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout that could be released: committed, frozen, with a section in the changelog."""
    for name in ("sql", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CHANGELOG.md").write_text(f"## [{version(ROOT)}] - 2026-01-31\n\n- The first.\n")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *words: str) -> None:
    user = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(("git", *user, *words), cwd=root, check=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "change")


def refused(root: Path, tests: tuple[str, ...] = GREEN) -> str:
    said: list[str] = []
    assert release(root, tests, said.append) == 1
    assert not (root / "migrations" / "SHA256SUMS").exists()
    assert not (root / "dist").exists()
    return said[0]


def test_a_dirty_tree_is_not_released(clone: Path) -> None:
    (clone / "forgotten.py").write_text("")
    assert "forgotten.py" in refused(clone)


@pytest.mark.parametrize(
    "changelog",
    [
        "## [Unreleased]\n\n- Something.\n",
        "## [9.9.9] - 2026-01-31\n\n- Another version.\n",
        f"## [{version(ROOT)}] - 2026-01-31\n\n## [0.0.1] - 2025-01-31\n\n- Something.\n",
        f"## [{version(ROOT)}]\n\n- Without a day.\n",
    ],
)
def test_a_version_without_a_changelog_section_is_not_released(clone: Path, changelog: str) -> None:
    (clone / "CHANGELOG.md").write_text(changelog)
    commit(clone)
    assert f"no section of version {version(ROOT)}" in refused(clone)


def test_sql_that_is_not_frozen_is_not_released(clone: Path) -> None:
    file = clone / "sql" / "tenancy" / "set_organization.sql"
    file.write_text(file.read_text() + "-- more\n")
    commit(clone)
    assert "run make freeze" in refused(clone)


def test_a_red_test_run_is_not_released(clone: Path) -> None:
    assert refused(clone, RED) == "not released: `false` is red"


def test_the_tests_are_not_run_when_something_cheaper_stands_in_the_way(clone: Path) -> None:
    (clone / "forgotten.py").write_text("")
    refused(clone, ("touch", str(clone / "the-tests-ran")))
    assert not (clone / "the-tests-ran").exists()


def test_a_section_needs_the_version_a_day_and_a_line() -> None:
    assert has_section("# C\n\n## [1.0.0] - 2026-01-31\n\n### Added\n\n- It.\n", "1.0.0")
    assert not has_section("## [1.0.0] - 2026-01-31\n\nnothing\n", "1.0.0")
    assert not has_section("## [11.0.0] - 2026-01-31\n\n- It.\n", "1.0.0")
