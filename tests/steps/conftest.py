"""Steps as a runner would claim them, and the services to execute them with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest

from pbdb.app.registry import App
from pbdb.model import Output, Step, StepType
from pbdb.steps import execute
from pbdb.steps.context import Services

MakeStep = Callable[..., Step]
Execute = Callable[..., Output]


@pytest.fixture
def make_step() -> MakeStep:
    def make(handler: str, config: Mapping[str, Any], input: Any = None, **changes: Any) -> Step:
        values: dict[str, Any] = {
            "step_result_id": uuid4(),
            "token": uuid4(),
            "organization_id": uuid4(),
            "execution_id": uuid4(),
            "step_id": uuid4(),
            "step_name": "the step",
            "step_type": StepType(handler.partition(":")[0]),
            "handler": handler,
            "attempt_number": 1,
            "visit": 1,
            "config": config,
            "input": input,
            "output_schema": None,
            "timeout_seconds": 20.0,
            "deadline_at": None,
            "idempotency_key": "execution/step/1",
            "playbook_name": "the playbook",
            **changes,
        }
        return Step(**values)

    return make


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
