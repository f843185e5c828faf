"""App: the agents, functions and embedders of a project, registered by name.

    app = App()

    @app.function("add")
    def add(a: float, b: float) -> float:
        "Add two numbers."
        return a + b

    @app.agent("greeter")
    async def greet(prompt: str, input: dict) -> str:
        return f"Hello {input['name']}"

A parameter called `input` receives the step's whole input (mapped input over `parameters`),
`step` the Step, `context` the Context, and for agents `prompt` the prompt. Every other parameter
is taken from the input by its name. Annotations are enforced: values are converted or refused
before the function is called.
"""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar, runtime_checkable

from pbdb.model import StepFailed

Function = TypeVar("Function", bound=Callable[..., Any])

GIVEN_TO_FUNCTIONS = frozenset({"input", "step", "context"})
GIVEN_TO_AGENTS = GIVEN_TO_FUNCTIONS | {"prompt"}
GIVEN_TO_BATCHES = frozenset({"inputs", "steps", "context"})


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors of one fixed length."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in order."""
        ...


class Registered:
    """A function of the project under its registered name."""

    def __init__(
        self,
        name: str,
        call: Callable[..., Any],
        given: frozenset[str],
        batch: bool = False,
        inline: bool = False,
        concurrency: int | None = None,
    ) -> None:
        if concurrency is not None and concurrency < 1:
            raise ValueError(f"{name}: concurrency is {concurrency}; at least one call must fit")
        self.name = name
        self.call = call
        self.batch = batch
        self.inline = inline
        self.concurrency = concurrency
        self.is_async = inspect.iscoroutinefunction(inspect.unwrap(call))
        self.description = inspect.getdoc(call) or ""
        self._given = given
        self._signature = inspect.signature(call)
        for parameter in self._signature.parameters.values():
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                raise TypeError(
                    f"{name}: the parameter {parameter.name!r} is positional-only; "
                    "parameters are passed by name"
                )
        if batch:
            self._require_batch_signature()

    @property
    def takes_named_input(self) -> bool:
        """Whether parameters are taken from the input by name (else it takes `input` whole)."""
        return bool(self._named_parameters)

    def bind(self, arguments: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of one call.

        Raises StepFailed INPUT_INVALID, permanent, when the input lacks a parameter or holds a
        value that its annotation refuses.
        """
        bound: dict[str, Any] = {}
        if "input" in self._signature.parameters and "input" in self._given:
            bound["input"] = self._convert("input", arguments)
        for name in self._given - {"input"}:
            if name in self._signature.parameters:
                bound[name] = given.get(name)
        if self._named_parameters or self._takes_any:
            bound.update(self._bind_named(arguments))
        return bound

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the input, from the annotations; for a tool of an agent."""
        if not self._named_parameters:
            whole = self._json_schema("input") if "input" in self._signature.parameters else {}
            return whole if whole.get("type") == "object" else {"type": "object"}
        properties: dict[str, Any] = {}
        definitions: dict[str, Any] = {}
        required: list[str] = []
        for name, parameter in self._named_parameters.items():
            property_schema = self._json_schema(name)
            definitions.update(property_schema.pop("$defs", {}))
            properties[name] = property_schema
            if parameter.default is inspect.Parameter.empty:
                required.append(name)
        schema: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": self._takes_any,
        }
        if definitions:
            schema["$defs"] = definitions
        return schema

    @cached_property
    def _named_parameters(self) -> dict[str, inspect.Parameter]:
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return {
            name: parameter
            for name, parameter in self._signature.parameters.items()
            if name not in self._given and parameter.kind not in variadic
        }

    @cached_property
    def _takes_any(self) -> bool:
        return any(
            parameter.kind is inspect.Parameter.VAR_KEYWORD
            for parameter in self._signature.parameters.values()
        )

    @cached_property
    def _adapters(self) -> dict[str, Any]:
        from pydantic import ConfigDict, PydanticUserError, TypeAdapter
        from pydantic.errors import PydanticSchemaGenerationError

        try:
            hints = typing.get_type_hints(inspect.unwrap(self.call), include_extras=True)
        except (NameError, TypeError):  # annotations that exist for type checkers only
            return {}
        adapters: dict[str, Any] = {}
        for name, hint in hints.items():
            if hint is Any or name == "return" or name in self._given - {"input"}:
                continue
            try:
                adapters[name] = TypeAdapter(hint)
            except PydanticUserError:
                adapters[name] = TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
            except PydanticSchemaGenerationError:
                continue
        return adapters

    def _bind_named(self, arguments: Any) -> dict[str, Any]:
        if arguments is None:
            arguments = {}
        if not isinstance(arguments, Mapping):
            raise StepFailed(
                "INPUT_INVALID",
                f"{self.name} takes its parameters by name, but its input is a "
                f"{type(arguments).__name__}; map the input to an object",
                permanent=True,
            )
        missing = [
            name
            for name, parameter in self._named_parameters.items()
            if name not in arguments and parameter.default is inspect.Parameter.empty
        ]
        if missing:
            present = ", ".join(sorted(arguments)) or "nothing"
            raise StepFailed(
                "INPUT_INVALID",
                f"{self.name} needs {', '.join(missing)}; its input has: {present}",
                permanent=True,
            )
        return {
            name: self._convert(name, value)
            for name, value in arguments.items()
            if name in self._named_parameters or (self._takes_any and name not in self._given)
        }

    def _convert(self, name: str, value: Any) -> Any:
        adapter = self._adapters.get(name)
        if adapter is None:
            return value
        from pydantic import ValidationError

        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            issues = "; ".join(
                ".".join([name, *(str(part) for part in issue["loc"])]) + ": " + issue["msg"]
                for issue in error.errors(include_input=False, include_url=False)[:5]
            )
            raise StepFailed(
                "INPUT_INVALID", f"{self.name} does not accept its input: {issues}", permanent=True
            ) from None

    def _json_schema(self, name: str) -> dict[str, Any]:
        adapter = self._adapters.get(name)
        return dict(adapter.json_schema()) if adapter is not None else {}

    def _require_batch_signature(self) -> None:
        unknown = set(self._signature.parameters) - GIVEN_TO_BATCHES
        if unknown or not self._signature.parameters:
            raise TypeError(
                f"{self.name}: a batch function takes inputs, steps and context, "
                f"not {', '.join(sorted(unknown)) or 'nothing'}"
            )


@dataclass(frozen=True, slots=True)
class _FunctionEmbedder:
    """An embedder made of a plain function."""

    name: str
    dimensions: int
    call: Callable[[list[str]], Any]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if inspect.iscoroutinefunction(self.call):
            vectors = await self.call(list(texts))
        else:
            vectors = await asyncio.to_thread(self.call, list(texts))
            if isinstance(vectors, Awaitable):
                vectors = await vectors
        return [[float(number) for number in vector] for vector in vectors]


class App:
    """What one project's runners can execute."""

    def __init__(self, *, predefined: bool = True) -> None:
        """`predefined` adds the functions of pbdb.app.functions (sum, formatDate, …)."""
        self.agents: dict[str, Registered] = {}
        self.functions: dict[str, Registered] = {}
        self.embedders: dict[str, Embedder] = {}
        if predefined:
            from pbdb.app.functions import PREDEFINED

            for name, call in PREDEFINED.items():
                self.functions[name] = Registered(name, call, GIVEN_TO_FUNCTIONS, inline=True)
        self._predefined = frozenset(self.functions)

    def agent(self, name: str, *, concurrency: int | None = None) -> Callable[[Function], Function]:
        """Register an agent; it returns its output, or an Output with its usage.

        `concurrency` is how many of its steps one runner runs at a time.
        """

        def register(call: Function) -> Function:
            self._claim_name("agent", name, self.agents)
            self.agents[name] = Registered(name, call, GIVEN_TO_AGENTS, concurrency=concurrency)
            return call

        return register

    def function(
        self,
        name: str,
        *,
        batch: bool = False,
        inline: bool = False,
        concurrency: int | None = None,
    ) -> Callable[[Function], Function]:
        """Register a function, sync (run in a thread) or async; it returns the step's output.

        An inline function is a sync one that takes microseconds and waits for nothing: it runs
        on the runner's event loop, where its timeout cannot be enforced. `concurrency` is how
        many calls one runner makes at a time, when that is less than the runner allows.

        A batch function takes `inputs` (a list), and `steps` if it asks for them, of many
        claimed steps at once, and returns a list of as many results. A result may be a
        StepFailed, which fails only its own step.
        """

        def register(call: Function) -> Function:
            self._claim_name("function", name, self.functions)
            given = GIVEN_TO_BATCHES if batch else GIVEN_TO_FUNCTIONS
            registered = Registered(
                name, call, given, batch=batch, inline=inline, concurrency=concurrency
            )
            if inline and (batch or registered.is_async):
                raise TypeError(f"{name}: an inline function is a sync one that takes one step")
            self.functions[name] = registered
            return call

        return register

    def embedder(self, name: str, *, dimensions: int) -> Callable[[Function], Function]:
        """Register a function from a list of texts to a list of vectors as an embedding model."""

        def register(call: Function) -> Function:
            self.add_embedder(_FunctionEmbedder(name, dimensions, call))
            return call

        return register

    def add_embedder(self, embedder: Embedder) -> None:
        """Register an embedding model; the first one is the default."""
        self._claim_name("embedder", embedder.name, self.embedders)
        self.embedders[embedder.name] = embedder

    def handlers(self) -> list[str]:
        """The handler keys of what is registered, sorted; Services adds the built-in ones."""
        keys = [f"AGENT_EXECUTION:{name}" for name in self.agents]
        keys += [f"CUSTOM_FUNCTION:{name}" for name in self.functions]
        if self.embedders:
            keys.append("MEMORY_SEARCH:@embed")
        return sorted(keys)

    def _claim_name(self, kind: str, name: str, taken: Mapping[str, object]) -> None:
        if not name or name.startswith("@"):
            raise ValueError(f"{name!r} cannot name a {kind}: names are not empty, without @ first")
        replaceable = kind == "function" and name in self._predefined
        if name in taken and not replaceable:
            raise ValueError(f"the {kind} {name!r} is registered twice")
