"""A PostgreSQL server of one's own, for the demo, development and tests."""

from pbdb.install.embedded.server import (
    DEFAULT_VERSION,
    VERSIONS,
    EmbeddedError,
    EmbeddedServer,
    Status,
    memory_folder,
    temporary_server,
    tool,
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
