"""Tests of pure functions share one database."""

from language import language

__all__ = ["language"]
