"""pbdb: an AI playbook engine that lives in PostgreSQL.

The names of `__all__` are what a project imports; every other module may move or change.

    App, Embedder           register functions, agents and embedding models for runners
    Context, Step           what a function is given when it asks for `context` or `step`
    Output, Usage           what an agent returns, when it says what it spent
    StepFailed              how a function fails its step, for good or for now
    CannotRunHere           how it says that another runner may be able to execute the step
    connect, Client         call the database's functions from an application
    Runner, Settings, Target
                            run steps inside a process of your own
    PbdbError and the rest  one exception for each SQLSTATE of docs/errors.md

A name is imported when it is first used: `import pbdb` alone brings in nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pbdb.app.registry import App, Embedder
    from pbdb.client import Client, Result
    from pbdb.database import Target, connect
    from pbdb.errors import (
        AnswerInvalid,
        ArgumentInvalid,
        DefinitionFrozen,
        DocumentInvalid,
        EditConflict,
        EmbeddingMismatch,
        ExpressionError,
        IdempotencyConflict,
        InputInvalid,
        InvalidState,
        NeedsRunner,
        NotAssignee,
        NotFound,
        NothingWaiting,
        OrganizationInvalid,
        OrganizationNotSet,
        PayloadTooLarge,
        PbdbError,
        PlaybookFailed,
        PlaybookNotActive,
        QueryRejected,
        SchemaUnsupported,
        StaleToken,
        StepConfigInvalid,
        TemplateError,
        ValidationFailed,
        VerdictConflict,
    )
    from pbdb.model import CannotRunHere, Output, Step, StepFailed, Usage
    from pbdb.runner import Runner, Settings
    from pbdb.steps.context import Context

__all__ = [
    "AnswerInvalid",
    "App",
    "ArgumentInvalid",
    "CannotRunHere",
    "Client",
    "Context",
    "DefinitionFrozen",
    "DocumentInvalid",
    "EditConflict",
    "Embedder",
    "EmbeddingMismatch",
    "ExpressionError",
    "IdempotencyConflict",
    "InputInvalid",
    "InvalidState",
    "NeedsRunner",
    "NotAssignee",
    "NotFound",
    "NothingWaiting",
    "OrganizationInvalid",
    "OrganizationNotSet",
    "Output",
    "PayloadTooLarge",
    "PbdbError",
    "PlaybookFailed",
    "PlaybookNotActive",
    "QueryRejected",
    "Result",
    "Runner",
    "SchemaUnsupported",
    "Settings",
    "StaleToken",
    "Step",
    "StepConfigInvalid",
    "StepFailed",
    "Target",
    "TemplateError",
    "Usage",
    "ValidationFailed",
    "VerdictConflict",
    "connect",
]

# Every other name of `__all__` is an exception of pbdb.errors.
_HOMES: Final = {
    "App": "pbdb.app.registry",
    "CannotRunHere": "pbdb.model",
    "Client": "pbdb.client",
    "Context": "pbdb.steps.context",
    "Embedder": "pbdb.app.registry",
    "Output": "pbdb.model",
    "Result": "pbdb.client",
    "Runner": "pbdb.runner",
    "Settings": "pbdb.runner",
    "Step": "pbdb.model",
    "StepFailed": "pbdb.model",
    "Target": "pbdb.database",
    "Usage": "pbdb.model",
    "connect": "pbdb.database",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'pbdb' has no attribute {name!r}")
    found = getattr(import_module(_HOMES.get(name, "pbdb.errors")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
