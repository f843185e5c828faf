"""Where `sql/`, `migrations/` and `examples/` are: in an installed wheel, or in the checkout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def sql_folder() -> Path:
    """Return the folder of `load.sql`."""
    return _folder("sql")


def migrations_folder() -> Path:
    """Return the folder of the numbered migrations and SHA256SUMS."""
    return _folder("migrations")


def examples_folder() -> Path:
    """Return the folder of the playbook documents that the demo runs."""
    return _folder("examples")


def _folder(name: str) -> Path:
    shipped = resources.files("pbdb") / f"_{name}"
    if isinstance(shipped, Path) and shipped.is_dir():
        return shipped
    checkout = Path(__file__).parents[3] / name
    if checkout.is_dir():
        return checkout
    raise FileNotFoundError(f"neither {shipped} nor {checkout} exists; reinstall pbdb")


def load_order(folder: Path | None = None) -> list[Path]:
    """Return the files that load.sql names, in its order. Raises when one of them is missing."""
    folder = folder or sql_folder()
    listed = (folder / "load.sql").read_text(encoding="utf-8").splitlines()
    files = [folder / line.split()[1] for line in listed if line.startswith("\\ir ")]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise FileNotFoundError(f"load.sql names files that do not exist: {', '.join(missing)}")
    return files
