"""Check a live database against what pbdb promises."""

from pbdb.install.verify.check import Check, main, report, specification, verify

__all__ = ["Check", "main", "report", "specification", "verify"]
