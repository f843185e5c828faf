"""Check a live database against what pbdb promises, and note what weakens it."""

from pbdb.install.verify.check import main, report, specification, verify
from pbdb.install.verify.notes import Note, notes
from pbdb.install.verify.result import Check
from pbdb.install.verify.rules import RUNS_AS_QUERY

__all__ = ["RUNS_AS_QUERY", "Check", "Note", "main", "notes", "report", "specification", "verify"]
