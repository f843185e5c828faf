"""What the engine's tables say about some executions and their children, in the reference's words."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg

from model.records import Key

_FAMILY = "(e.id = any(%(roots)s) or e.root_execution_id = any(%(roots)s))"
# Beside each, whether a part of its work that needs nobody from outside was left for the next sweep.
_EXECUTIONS = f"""
select e.id, e.status::text, e.error_code, e.output_data, e.completed_steps, e.total_steps, exists (
    select from pbdb.playbook_ready_steps as q
    where q.execution_id = e.id and q.state = 'READY'
        and q.handler is distinct from 'CUSTOM_FUNCTION:scripted'
)
from pbdb.playbook_executions as e
where {_FAMILY} order by e.id
"""
_CALLS = """
select e.id, r.execution_id, r.scope_id, s.step_name, r.visit
from pbdb.playbook_executions as e
inner join pbdb.playbook_step_results as r on r.id = e.parent_result_id
inner join pbdb.playbook_steps as s on s.id = r.step_id
where e.root_execution_id = any(%(roots)s)
"""
_SCOPES = f"""
select sc.id, sc.execution_id, sc.path, s.step_name, r.visit,
    coalesce(sc.item_index::text, sc.branch)
from pbdb.playbook_executions as e
inner join pbdb.playbook_scopes as sc on sc.execution_id = e.id
inner join pbdb.playbook_step_results as r on r.id = sc.parent_result_id
inner join pbdb.playbook_steps as s on s.id = r.step_id
where {_FAMILY}
"""
_ATTEMPTS = """
select r.id, r.execution_id, r.scope_id, s.step_name, r.visit, r.attempt_number, r.status::text,
    r.error_code, r.output_data
from pbdb.playbook_step_results as r
inner join pbdb.playbook_steps as s on s.id = r.step_id
"""


class Row(NamedTuple):
    """An attempt; the first four after the id are its key."""

    id: uuid.UUID
    scope: Key
    name: str
    visit: int
    number: int
    status: str
    code: str | None
    output: Any

    @property
    def key(self) -> tuple[Key, str, int, int]:
        return (self.scope, self.name, self.visit, self.number)


class State(NamedTuple):
    """An execution."""

    id: uuid.UUID
    status: str
    code: str | None
    output: Any
    completed_steps: int
    total_steps: int
    is_cut: bool


@dataclass
class Ledger:
    """`roots`: the executions started, by the label of their start ("" for the first)."""

    owner: psycopg.Connection[Any]
    roots: dict[uuid.UUID, str] = field(default_factory=dict)
    # What `states` said last.
    known: dict[Key, State] = field(default_factory=dict)
    # Of each child execution: (execution, scope, step, visit) of the call. Of each scope:
    # (execution, path, step, visit, label).
    _calls: dict[uuid.UUID, Any] = field(default_factory=dict)
    _scopes: dict[uuid.UUID, Any] = field(default_factory=dict)

    def states(self) -> dict[Key, State]:
        """The executions, oldest first, by where they are."""
        states = [State(*row) for row in self._rows(_EXECUTIONS)]
        self._know({state.id for state in states}, set())
        self.known = {self._place(state.id, None): state for state in states}
        return self.known

    def attempts(self) -> list[Row]:
        """Every attempt, the oldest first."""
        where = f"inner join pbdb.playbook_executions as e on e.id = r.execution_id where {_FAMILY}"
        return self._named(self._rows(f"{_ATTEMPTS} {where} order by r.id"))

    def keys(self, ids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
        """The keys of some attempts."""
        rows = self.owner.execute(f"{_ATTEMPTS} where r.id = any(%s)".encode(), (ids,)).fetchall()
        return {row.id: row.key for row in self._named(rows)}

    def by_scope(self) -> dict[Key, list[tuple[Any, ...]]]:
        """(step, visit, attempt, status, code, output) of each attempt, oldest first."""
        # A retry may have handed scopes to another attempt.
        self.forget()
        found: dict[Key, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self.attempts():
            found[row.scope].append(tuple(row[2:]))
        return found

    def forget(self) -> None:
        """Look up again where scopes and children are."""
        self._calls, self._scopes = {}, {}

    def _named(self, rows: list[Any]) -> list[Row]:
        self._know({row[1] for row in rows}, {row[2] for row in rows})
        return [Row(row[0], self._place(row[1], row[2]), *row[3:]) for row in rows]

    def _place(self, execution: uuid.UUID, scope: uuid.UUID | None) -> Key:
        if scope is not None:
            path = self._scopes[scope][1] if scope in self._scopes else []
            return (
                *self._place(execution, None),
                *(tuple(self._scopes[around][2:]) for around in path),
            )
        if execution in self.roots:
            label = self.roots[execution]
            return ((label, 0, "start"),) if label else ()
        if execution not in self._calls:
            return (("another execution", 0, str(execution)),)
        caller, around, name, visit = self._calls[execution]
        return (*self._place(caller, around), (name, visit, "call"))

    def _know(self, executions: set[uuid.UUID], scopes: set[uuid.UUID | None]) -> None:
        if executions - self._calls.keys() - self.roots.keys() or scopes - {
            None,
            *self._scopes.keys(),
        }:
            self._calls = {row[0]: row[1:] for row in self._rows(_CALLS)}
            self._scopes = {row[0]: row[1:] for row in self._rows(_SCOPES)}

    def _rows(self, query: str) -> list[Any]:
        return self.owner.execute(query.encode(), {"roots": list(self.roots)}).fetchall()
