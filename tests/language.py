"""The expression language as Python calls, for the tests under tests/engine/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

import server as servers
from server import Server


@dataclass(frozen=True, slots=True)
class Language:
    """Calls pbdb's private expression functions, as the engine does, in a database of their own."""

    conn: psycopg.Connection[Any]

    def _value(self, call: str, *arguments: Any) -> Any:
        row = self.conn.execute(f"select {call}".encode(), arguments).fetchone()
        assert row is not None
        return row[0]

    def _issues(self, call: str, *arguments: Any) -> list[tuple[str, str]]:
        rows = self.conn.execute(
            f"select path, code, message, hint from {call}".encode(), arguments
        ).fetchall()
        for _path, _code, message, hint in rows:
            assert message and hint, "an issue says what is wrong and what to do"
        return [(path, code) for path, code, _message, _hint in rows]

    def evaluate(self, path: str, variables: Any) -> Any:
        return self._value("pbdb._evaluate(%s, %s)", path, Jsonb(variables))

    def evaluate_all(self, path: str, variables: Any) -> Any:
        return self._value("pbdb._evaluate_all(%s, %s)", path, Jsonb(variables))

    def map(self, mapping: Any, variables: Any) -> Any:
        return self._value("pbdb._map(%s, %s)", Jsonb(mapping), Jsonb(variables))

    def holds(self, condition: Any, variables: Any, base: Any = None) -> bool:
        held = self._value(
            "pbdb._condition_holds(%s, %s, %s)",
            None if condition is None else Jsonb(condition),
            Jsonb(variables),
            None if base is None else Jsonb(base),
        )
        assert isinstance(held, bool)
        return held

    def names(self, value: Any, kind: str = "mapping") -> list[str]:
        names = self._value("pbdb._expression_names(%s, %s)", Jsonb(value), kind)
        assert isinstance(names, list)
        return names

    def issues(self, value: Any, kind: str = "mapping") -> list[tuple[str, str]]:
        """(where, code) of each issue of an expression."""
        return self._issues("pbdb._expression_issues(%s, %s)", Jsonb(value), kind)

    def template_issues(self, template: str, **options: str) -> list[tuple[str, str]]:
        return self._issues("pbdb._template_issues(%s, %s)", template, Jsonb(options))

    def check_template(self, template: Any) -> None:
        self._value("pbdb._check_template(%s, '{}')", Jsonb(template))

    def config_issues(self, step_type: str, config: Any) -> list[tuple[str, str]]:
        return self._issues(
            "pbdb._step_config_issues(array[%s]::pbdb.playbook_step_type[], array[%s]::jsonb[])",
            step_type,
            Jsonb(config),
        )

    def render(
        self, template: str, context: Any = None, variables: Any = None, **options: str
    ) -> Any:
        return self._value(
            "pbdb._render(%s, %s, %s, %s)",
            template,
            Jsonb({} if context is None else context),
            Jsonb(variables or {}),
            Jsonb(options),
        )

    def resolve(self, config: Any, keys: list[str], context: Any, variables: Any) -> Any:
        return self._value(
            "pbdb._resolve_config(%s, %s, %s, %s)",
            Jsonb(config),
            keys,
            Jsonb(context),
            Jsonb(variables),
        )

    def dynamic_keys(self, step_type: str, config: Any) -> Any:
        return self._value("pbdb._dynamic_keys(%s, %s)", step_type, Jsonb(config))

    def transform(self, config: Any, data: Any, variables: Any = None) -> Any:
        return self._value(
            "pbdb._transform_data(pbdb._canonical_config('DATA_TRANSFORM', %s), %s, %s)",
            Jsonb(config),
            Jsonb(data),
            Jsonb(variables or {}),
        )

    def choose(self, config: Any, data: Any, variables: Any = None) -> Any:
        return self._value(
            "pbdb._choose_branch(pbdb._canonical_config('CONDITIONAL_BRANCH', %s), %s, %s)",
            Jsonb(config),
            Jsonb(data),
            Jsonb(variables or {}),
        )

    def prompt(self, config: Any, data: Any, variables: Any = None, template: Any = None) -> Any:
        return self._value(
            "pbdb._render_prompt(%s, %s, %s, %s)",
            Jsonb(config),
            Jsonb(data),
            Jsonb(variables or {}),
            None if template is None else Jsonb(template),
        )


@pytest.fixture(scope="session")
def language(migrated: Server) -> Iterator[Language]:
    """One database for all tests of the language: its functions only compute."""
    with servers.fresh_database(migrated) as database, database.connect("owner") as conn:
        yield Language(conn)


def sqlstate(error: pytest.ExceptionInfo[psycopg.Error]) -> str:
    """Return the SQLSTATE; a PBnnn error must carry a hint."""
    state = error.value.sqlstate
    assert state is not None
    if state.startswith("PB"):
        assert error.value.diag.message_hint
    return state
