"""Steps as a runner would claim them, and the services to execute them with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from pbdb.app.registry import App
from pbdb.model import Output, Step
from pbdb.steps import execute
from pbdb.steps.context import Services

Execute = Callable[..., Output]


@pytest.fixture
def run_step() -> Execute:
    """Execute one step with fresh services; `app` and `environ` are keyword arguments."""

    def run(
        step: Step, *, app: App | None = None, environ: Mapping[str, str] | None = None
    ) -> Output:
        async def main() -> Output:
            async with Services(app or App(), environ=environ or {}) as services:
                return await execute(step, services.context())

        return asyncio.run(main())

    return run
