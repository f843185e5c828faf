"""The types of what the server answers, for apps in other languages."""

from pbdb.server.types.typescript import typescript

__all__ = ["typescript"]
