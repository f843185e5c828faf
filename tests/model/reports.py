"""The deeds of runners: claims, and reports in batches."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from typing import Any

from psycopg.types.json import Jsonb

from build import Tenant
from model.difference import Difference
from model.generator import Graph
from model.ledger import Ledger
from model.records import NOT_JSON, Attempt, Verb
from model.world import Report, World

HANDLER = "CUSTOM_FUNCTION:scripted"
Ids = tuple[uuid.UUID, uuid.UUID]
_LAST = uuid.UUID(int=2**128 - 1)
# What nobody's outcome is.
_OTHER: dict[Verb, Any] = {"complete": {"other": 1}, "fail": {"code": "OTHER", "message": "other"}}


class Reporting:
    """What a runner holds, and does."""

    def __init__(
        self, graph: Graph, dice: random.Random, tenant: Tenant, ledger: Ledger, world: World
    ) -> None:
        self.graph, self.dice, self.tenant = graph, dice, tenant
        self.ledger, self.world = ledger, world
        # (result id, token) of what is not reported yet, whether it is still wanted or not.
        self.held: dict[Attempt, Ids] = {}
        self.reported: list[tuple[Report, Ids]] = []
        self.released: list[tuple[Attempt, Ids]] = []

    def claim(self) -> None:
        limit = self.dice.randint(1, 4)
        self._make_due()
        claimed = self.tenant.claim(HANDLER, limit=limit)
        strange = self._hold([(row["step_result_id"], row["token"]) for row in claimed])
        self._check_claimed(limit, len(claimed), strange)

    def report(self) -> None:
        """Report on some of what is held, in one call for one kind of outcome."""
        rows = self._rows()
        verb = rows[0][0].verb
        limit = self.dice.randint(1, 4) if verb == "complete" and self.dice.random() < 0.5 else 0
        if limit:
            self._make_due()
        said, claimed = self._say(verb, rows, limit)
        rows.sort(key=self._place)
        verdicts = self.world.report(row for row, _ in rows)
        for (row, ids), verdict in zip(rows, verdicts, strict=True):
            found = said[ids[0]].pop(0)
            if found != verdict:
                key = row.attempt.key if row.attempt else ids
                raise Difference(f"{key} was {found}, not {verdict}, with {_keys(rows)}")
            if row.attempt is not None and row.has_token:
                self.held.pop(row.attempt, None)
                self.reported.append((row, ids))
        # What became due with the reports was leased before they had their effect on relatives.
        strange = self._hold(claimed)
        if limit:
            self._begin_what_was_closed(limit)
        self.world.settle()
        self._check_claimed(limit, len(claimed), self._hold(strange))
        gone = [a.key for a, ids in self.held.items() if ids in claimed and not a.is_open]
        if gone:
            raise Difference(f"handed out though closed: {gone}")

    def heartbeat(self) -> None:
        """Ask how all that is held stands."""
        held = {ids[0]: (attempt, ids[1]) for attempt, ids in self.held.items()}
        rows = self.tenant.worker.execute(
            "select step_result_id, outcome from pbdb.heartbeat_playbook_steps('w1', %s, %s)",
            (list(held), [token for _, token in held.values()]),
        ).fetchall()
        for result_id, outcome in rows:
            attempt, _ = held[result_id]
            if outcome != _pulse(attempt):
                raise Difference(f"{attempt.key} is {outcome}, not {_pulse(attempt)}")

    def release(self) -> None:
        """Give one back, to be claimed again."""
        attempt, ids = self.dice.choice([row for row in self.held.items() if row[0].is_open])
        del self.held[attempt]
        self.released.append((attempt, ids))
        self.tenant.worker.execute(
            "select * from pbdb.release_playbook_steps('w1', %s, %s)", ([ids[0]], [ids[1]])
        )
        attempt.execution.release(attempt)

    def report_what_is_left(self) -> None:
        """Late reports change nothing."""
        while self.held:
            self.report()

    def _begin_what_was_closed(self, most: int) -> None:
        """What was leased, and closed again before the call was over, is not handed out but has begun.

        Which that is, of all that became due, is not promised.
        """
        pending = {attempt.key: attempt for attempt in self.world.claimable()}
        begun = [
            row.key
            for row in (self.ledger.attempts() if pending else ())
            if row.key in pending and row.status in ("FAILED", "TIMEOUT")
        ]
        if len(begun) > most:
            raise Difference(f"begun, but not handed out: {begun}")
        for key in begun:
            pending[key].execution.claim(pending[key])

    def _check_claimed(self, limit: int, count: int, strange: list[Ids]) -> None:
        left = [a.key for a in self.world.claimable()]
        if strange or count > limit or (count < limit and left):
            raise Difference(f"claimed {count} of {limit}, strangers {strange}; claimable: {left}")

    def _hold(self, claimed: list[Ids]) -> list[Ids]:
        """Tell the reference of what was claimed; what it does not know as claimable."""
        pending = {a.key: a for a in self.world.claimable()}
        keys = self.ledger.keys([ids[0] for ids in claimed]) if claimed else {}
        strange = []
        for ids in claimed:
            attempt = pending.pop(keys[ids[0]], None)
            if attempt is None:
                strange.append(ids)
            else:
                attempt.execution.claim(attempt)
                self.held[attempt] = ids
        return strange

    # One call.

    def _rows(self) -> list[tuple[Report, Ids]]:
        """Some of what is held, and seldom a row that a runner in good order would not send."""
        dice = self.dice
        most = min(8, len(self.held))
        chosen = dice.sample(
            list(self.held), most if dice.random() < 0.3 else dice.randint(1, most)
        )
        verb = self.graph.outcome(chosen[0])[0]
        rows = [
            (Report(attempt, verb, self._value(verb, attempt)), self.held[attempt])
            for attempt in chosen
            if self.graph.outcome(attempt)[0] == verb
        ]
        if dice.random() < 0.12:
            rows.append(self._again(verb, *dice.choice(rows)))
        if self.reported and dice.random() < 0.12:
            rows.append(self._again(verb, *dice.choice(self.reported)))
        if dice.random() < 0.06:
            rows.append((Report(None, verb, _OTHER[verb]), (uuid.uuid4(), uuid.uuid4())))
        if dice.random() < 0.06:
            attempt, (result_id, _) = dice.choice(list(self.held.items()))
            rows.append(
                (Report(attempt, verb, _OTHER[verb], has_token=False), (result_id, uuid.uuid4()))
            )
        if self.released and dice.random() < 0.2:
            attempt, ids = dice.choice(self.released)
            rows.append((Report(attempt, verb, _OTHER[verb], has_token=False), ids))
        dice.shuffle(rows)
        return rows

    def _value(self, verb: Verb, attempt: Attempt) -> Any:
        if verb == "complete" and self.dice.random() < 0.03:
            return NOT_JSON
        return self.graph.outcome(attempt)[1]

    def _again(self, verb: Verb, row: Report, ids: Ids) -> tuple[Report, Ids]:
        """The same report, or another on the same attempt."""
        is_same = row.verb == verb and self.dice.random() < 0.5
        return Report(row.attempt, verb, row.value if is_same else _OTHER[verb]), ids

    def _say(
        self, verb: Verb, rows: list[tuple[Report, Ids]], limit: int
    ) -> tuple[dict[uuid.UUID, list[str]], list[Ids]]:
        """What the engine answers on each attempt, in its order, and what it leases."""
        values = [Jsonb(row.value) if verb == "fail" else row.text for row, _ in rows]
        given = ([ids[0] for _, ids in rows], [ids[1] for _, ids in rows], values)
        if limit:
            call = "complete_and_claim_playbook_steps('w1', %s, %s, %s::text[], null, %s, %s, 60)"
            found = self.tenant.worker.execute(
                f"select step_result_id, outcome, token from pbdb.{call}",
                (*given, [HANDLER], limit),
            ).fetchall()
        else:
            kind = "jsonb" if verb == "fail" else "text"
            found = self.tenant.worker.execute(
                "select step_result_id, outcome, null"
                f" from pbdb.{verb}_playbook_steps('w1', %s, %s, %s::{kind}[])",
                given,
            ).fetchall()
        said: dict[uuid.UUID, list[str]] = defaultdict(list)
        for result_id, outcome, _ in found:
            if outcome is not None:
                said[result_id].append(outcome)
        return said, [(row[0], row[2]) for row in found if row[1] is None]

    def _place(self, row: tuple[Report, Ids]) -> tuple[uuid.UUID, uuid.UUID]:
        """Batches are sorted by id, of the execution first."""
        report, (result_id, _) = row
        if report.attempt is None:
            return _LAST, result_id
        return self.ledger.known[report.attempt.execution.root.key].id, result_id

    def _make_due(self) -> None:
        """Let the delays of retries pass."""
        self.ledger.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = clock_timestamp()"
            " where organization_id = %s and state = 'READY' and due_at > clock_timestamp()",
            (self.tenant.organization,),
        )


def _pulse(attempt: Attempt) -> str:
    """What a heartbeat says of an attempt that somebody took."""
    if attempt.is_open:
        return "extended"
    if attempt.code == "CANCELLED":
        return "cancelled"
    return "timed_out" if attempt.status == "TIMEOUT" else "stale"


def _keys(rows: list[tuple[Report, Ids]]) -> list[Any]:
    return [row.attempt and row.attempt.key for row, _ in rows]
