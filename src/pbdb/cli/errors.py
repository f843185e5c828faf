"""What a failing command says: what went wrong, and what to do next. Never a traceback."""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import typer
from rich.text import Text
from typer.core import TyperGroup

from pbdb.app.project import AppNotFound
from pbdb.cli.terminal import Terminal
from pbdb.document.file import DocumentError
from pbdb.errors import PbdbError, translate
from pbdb.install.embedded import EmbeddedError
from pbdb.install.migrate import MigrateError
from pbdb.settings import SettingInvalid

# Migrations and clients do without these; commands that run steps import them when called.
_OF_THE_RUNNER: Final = frozenset({"httpx2", "httpcore2", "pydantic", "cronsim", "deno"})

# An unknown command, option or value: Typer says it well itself, with the usage and exit code 2.
# Its base class is click's, or Typer's own copy of it in newer releases, which exports no name.
_MISTYPED: Final[type[Exception]] = next(
    each for each in typer.BadParameter.__mro__ if each.__name__ == "UsageError"
)


class UsageError(Exception):
    """A command cannot do what it was asked to; `hint` says how it can."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Report:
    """What a person, or with --json a program, is told."""

    code: str | None
    message: str
    hint: str | None = None
    detail: str | None = None


class Guarded(TyperGroup):
    """A command group that turns the errors we know into a message and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except _MISTYPED:
            raise
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except BrokenPipeError:
            sys.stderr.close()
            raise typer.Exit(1) from None
        except Exception as error:  # noqa: BLE001 -- a person reads no traceback
            report = explain(error) or _fault(error)
            show(report, as_json="--json" in sys.argv)
            raise typer.Exit(1) from None


def _fault(error: Exception) -> Report:
    """What is said of an error that nobody foresaw; where it is, for who asks for that."""
    if os.environ.get("PBDB_DEBUG"):
        traceback.print_exception(error)
    return Report(
        None,
        f"{type(error).__name__}: {error}",
        "this is a fault of pbdb; PBDB_DEBUG=1 before the command shows where",
    )


def explain(error: Exception) -> Report | None:
    """Return what to say about an error; None when it is a fault of ours."""
    if isinstance(error, psycopg.Error):
        known = translate(error)
        if not isinstance(known, PbdbError):
            return _database(error)
        error = known
    if isinstance(error, PbdbError):
        return Report(error.code, error.message, error.hint, error.detail)
    if isinstance(error, UsageError):
        return Report(None, error.message, error.hint)
    if isinstance(
        error, EmbeddedError | MigrateError | DocumentError | AppNotFound | SettingInvalid
    ):
        return Report(None, str(error))
    if isinstance(error, ModuleNotFoundError) and error.name in _OF_THE_RUNNER:
        return Report(
            None, f"this needs {error.name}, which is not installed", "pip install 'pbdb[runner]'"
        )
    if isinstance(error, ModuleNotFoundError):
        return Report(None, f"this needs {error.name}, which is not installed")
    if isinstance(error, UnicodeDecodeError):
        return Report(None, f"the input is not UTF-8 text: byte {error.start}")
    if isinstance(error, FileNotFoundError):
        return Report(None, f"there is no file {error.filename}")
    if isinstance(error, OSError):
        return Report(None, f"{error.filename or 'input'}: {error.strerror}")
    return None


def is_refused(error: psycopg.Error) -> bool:
    """Whether a server answered, and does not want this login: waiting will not change that."""
    text = str(error)
    return isinstance(error, psycopg.OperationalError) and any(
        words in text for words in ("authentication failed", "does not exist", "no pg_hba.conf")
    )


def show(report: Report, *, as_json: bool = False) -> None:
    """Write a report to standard error."""
    if as_json:
        found = {
            "code": report.code,
            "message": report.message,
            "hint": report.hint,
            "detail": report.detail,
        }
        sys.stderr.write(json.dumps({"error": found}, ensure_ascii=True) + "\n")
        return
    console = Terminal(stderr=True)
    line = Text("error ", style="bold red")
    if report.code:
        line.append(f"{report.code} ", style="bold")
    line.append(report.message)
    console.print(line, soft_wrap=True)
    for name, text in (("", report.detail), ("what to do: ", report.hint)):
        if text:
            console.print(Text(f"{name}{text}"), soft_wrap=True)


def _database(error: psycopg.Error) -> Report:
    message = str(error).strip().partition("\n")[0] or type(error).__name__
    hint = error.diag.message_hint
    state = error.sqlstate
    if state in ("42883", "3F000", "42P01"):
        hint = "this database has no pbdb, or an older one: run `pbdb migrate`"
    elif state == "42501":
        hint = "this login may not do that; grant it pbdb_app (apps) or pbdb_worker (runners)"
    elif is_refused(error):
        hint = "the server refuses this login: check user, password and database of the URL"
    elif state is None and isinstance(error, psycopg.OperationalError):
        hint = "is the server running? `pbdb db status`, or check --url and PBDB_DATABASE_URL"
    return Report(state, message, hint, error.diag.message_detail)
