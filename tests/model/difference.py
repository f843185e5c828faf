"""What the model finds."""

from __future__ import annotations


class Difference(AssertionError):
    """The engine did not do what the reference says."""
