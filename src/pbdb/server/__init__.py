"""REST over the SQL functions: HTTP and nothing else; every route is one function."""

from pbdb.server.app import create_app
from pbdb.server.serving import Serving

__all__ = ["Serving", "create_app"]
