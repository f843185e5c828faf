"""Handlers: one file for each step type that a runner executes."""

from pbdb.steps.dispatch import execute, execute_batch, execute_inline

__all__ = ["execute", "execute_batch", "execute_inline"]
