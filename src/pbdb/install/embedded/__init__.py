"""A PostgreSQL server of one's own, for the demo, development and tests."""

from pbdb.install.embedded.account import EmbeddedError
from pbdb.install.embedded.installation import DEFAULT_VERSION, VERSIONS, tool
from pbdb.install.embedded.server import (
    EmbeddedServer,
    Status,
    memory_folder,
    temporary_server,
)

__all__ = [
    "DEFAULT_VERSION",
    "VERSIONS",
    "EmbeddedError",
    "EmbeddedServer",
    "Status",
    "memory_folder",
    "temporary_server",
    "tool",
]
