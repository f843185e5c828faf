"""The process that claims steps, runs them and reports what became of them."""

from pbdb.runner.background import in_background
from pbdb.runner.logs import log_events
from pbdb.runner.runner import Runner
from pbdb.runner.settings import Settings, Stats

__all__ = ["Runner", "Settings", "Stats", "in_background", "log_events"]
