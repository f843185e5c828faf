"""One exception per SQLSTATE that pbdb raises, and the only place that knows the codes.

The catalogue for users is docs/errors.md; a test compares it with these classes and with sql/.
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

import psycopg


class PbdbError(Exception):
    """Something that pbdb's SQL functions refuse; `code` is its SQLSTATE, `PBnnn`.

    `message` says what is wrong, with values; `hint` what to do; `detail` more, where there is
    more to say.
    """

    code: ClassVar[str] = "PB000"
    status: ClassVar[int] = 500
    """What `pbdb serve` answers with, as HTTP has it."""

    def __init__(self, message: str, *, hint: str | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    @classmethod
    def of(cls, error: psycopg.Error) -> Self:
        """Return this exception with the words of a database error."""
        said = error.diag
        return cls(
            said.message_primary or str(error), hint=said.message_hint, detail=said.message_detail
        )


class OrganizationNotSet(PbdbError):
    """No organization is set in this transaction, so there is no tenant to work for."""

    code = "PB001"
    status = 401


class StaleToken(PbdbError):
    """The attempt was taken over: it was swept, retried or cancelled. Nothing was changed."""

    code = "PB002"
    status = 409


class VerdictConflict(PbdbError):
    """The same attempt was already reported with another result. The first one stays."""

    code = "PB003"
    status = 409


class NotFound(PbdbError):
    """There is no such thing in this organization.

    Other organizations' ids look the same as ids that never existed.
    """

    code = "PB004"
    status = 404


class PlaybookNotActive(PbdbError):
    """Only ACTIVE versions start."""

    code = "PB005"
    status = 409


class InputInvalid(PbdbError):
    """The input does not fit the playbook's or the step's `input_schema`."""

    code = "PB006"
    status = 422


class IdempotencyConflict(PbdbError):
    """The idempotency key was already used with another input."""

    code = "PB007"
    status = 409


class InvalidState(PbdbError):
    """What was asked for is not possible in the present state."""

    code = "PB008"
    status = 409


class DocumentInvalid(PbdbError):
    """The playbook document is not well-formed."""

    code = "PB009"
    status = 422


class ValidationFailed(PbdbError):
    """The playbook has errors and cannot be activated."""

    code = "PB010"
    status = 422


class DefinitionFrozen(PbdbError):
    """An activated version does not change any more."""

    code = "PB011"
    status = 409


class AnswerInvalid(PbdbError):
    """The answer does not fit the schema that the waiting step asks for."""

    code = "PB012"
    status = 422


class NotAssignee(PbdbError):
    """The step may be answered by others only."""

    code = "PB013"
    status = 403


class PayloadTooLarge(PbdbError):
    """A value is larger than pbdb stores."""

    code = "PB014"
    status = 413


class ExpressionError(PbdbError):
    """A path, mapping or condition could not be evaluated."""

    code = "PB015"
    status = 422


class TemplateError(PbdbError):
    """A text template could not be rendered."""

    code = "PB016"
    status = 422


class ArgumentInvalid(PbdbError):
    """An argument of a function is missing or out of range."""

    code = "PB017"
    status = 400


class NeedsRunner(PbdbError):
    """The step cannot run inside the database."""

    code = "PB018"
    status = 409


class OrganizationInvalid(PbdbError):
    """The organization's id is not a uuid, or is not allowed here."""

    code = "PB019"
    status = 400


class EmbeddingMismatch(PbdbError):
    """An embedding has other dimensions, or another model, than the memories it meets."""

    code = "PB020"
    status = 409


class SchemaUnsupported(PbdbError):
    """A JSON Schema uses a keyword that pbdb does not check."""

    code = "PB021"
    status = 422


class QueryRejected(PbdbError):
    """The text of a DATABASE_QUERY is not one plain query."""

    code = "PB022"
    status = 422


class NothingWaiting(PbdbError):
    """No step of the execution waits for this answer."""

    code = "PB023"
    status = 409


class StepConfigInvalid(PbdbError):
    """A step's config has a value of the wrong kind, seen while it ran."""

    code = "PB024"
    status = 422


class PlaybookFailed(PbdbError):
    """A playbook that was run to its end in one call did not complete; nothing of it was kept."""

    code = "PB025"
    status = 422


class EditConflict(PbdbError):
    """Somebody else has saved, activated or deleted the draft since it was read."""

    code = "PB026"
    status = 412


BY_CODE: Final[dict[str, type[PbdbError]]] = {
    each.code: each for each in PbdbError.__subclasses__()
}


def translate(error: psycopg.Error) -> Exception:
    """Return pbdb's exception for a database error; the error itself when it is not ours.

    Raise the result `from` the error.
    """
    known = BY_CODE.get(error.sqlstate or "")
    return error if known is None else known.of(error)
