"""Finding a project's App."""

from __future__ import annotations

import importlib
import sys
import traceback

from pbdb.app.registry import App


class AppNotFound(Exception):
    """`module:name` does not lead to an App."""


def load_app(path: str | None) -> App:
    """Import the App at `module:name`, also from the current folder; None gives an empty one.

    The name is `app` when it is left out. Raises AppNotFound.
    """
    if path is None:
        return App()
    module_name, _, name = path.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name + ".").startswith(error.name + "."):
            raise AppNotFound(f"there is no module {module_name!r} here or installed") from error
        raise
    except (Exception, SystemExit) as error:
        raise AppNotFound(f"{module_name} cannot be imported: {_told(error)}") from error
    found = getattr(module, name or "app", None)
    if not isinstance(found, App):
        raise AppNotFound(f"{module_name} has no App called {name or 'app'!r}")
    return found


def _told(error: BaseException) -> str:
    """An error in somebody's module: where, of which kind, in which words."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {type(error).__name__}: {error.msg}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}: {type(error).__name__}: {error}"
