"""Check a live database against what pbdb promises, and note what weakens it."""

from pbdb.install.verify.check import (
    RUNS_AS_QUERY,
    Check,
    main,
    report,
    specification,
    verify,
)
from pbdb.install.verify.notes import Note, notes

__all__ = ["RUNS_AS_QUERY", "Check", "Note", "main", "notes", "report", "specification", "verify"]
