"""Runs a graph through the real engine and the reference side by side, and compares."""

from __future__ import annotations

import random
import uuid
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from build import Tenant
from model.deeds import Deeds
from model.difference import Difference
from model.generator import Graph

DEEDS = 2000
RETRIES = 4


class Driver:
    """One tenant's engine, driven graph by graph; `owner` is a superuser's session."""

    def __init__(self, tenant: Tenant, owner: psycopg.Connection[Any]) -> None:
        self.tenant, self.owner = tenant, owner
        self._applied: Graph | None = None

    def run(self, graph: Graph, order: int = 0, careful: bool = False) -> str:
        """Run the graph to its end, in one of many orders; its final status. Raises Difference.

        Careful: every row is compared after every deed, not only when all is still.
        """
        if graph.refused:
            return self._refused(graph)
        self.apply(graph)
        for table in ("playbook_events", "playbook_triggers"):
            self.owner.execute(
                f"delete from pbdb.{table} where organization_id = %s".encode(),
                (self.tenant.organization,),
            )
        dice = random.Random(f"{graph.seed}/{order}/order")
        deeds = Deeds(graph, dice, self.tenant, self.owner)
        try:
            return to_the_end(deeds, dice, careful)
        except Difference as difference:
            raise Difference(f"seed {graph.seed} order {order}: {difference}") from None

    def apply(self, graph: Graph) -> None:
        """Make the graph's playbooks ACTIVE, those that are called first."""
        if self._applied is not graph:
            for document in (*graph.library, graph.document):
                self.tenant.one("select changed from pbdb.apply_playbook(%s)", Jsonb(document))
            self._applied = graph

    def start(self, graph: Graph, key: str | None = None) -> uuid.UUID:
        """Start the graph's own playbook, without a reference."""
        return self.tenant.start(graph.input, name=graph.document["name"], key=key)

    def _refused(self, graph: Graph) -> str:
        try:
            self.apply(graph)
        except psycopg.Error as error:
            if error.sqlstate not in graph.refused:
                raise Difference(f"refused with {error.sqlstate}: {error}") from error
            return "refused"
        raise Difference("a malformed document was accepted")


def to_the_end(deeds: Deeds, dice: random.Random, careful: bool) -> str:
    """Do one thing after the other until everything has ended; the status of the first execution."""
    retries = RETRIES
    deeds.begin()
    deeds.compare()
    for _ in range(DEEDS):
        if deeds.world.live:
            choices = deeds.possible()
            if not any(progress for _, progress, _ in choices):
                raise Difference("the reference is stuck")
            weights = [weight for weight, _, _ in choices]
            dice.choices([deed for _, _, deed in choices], weights)[0]()
        else:
            deeds.compare()
            ended = [e for e in deeds.world.executions if e.status != "COMPLETED"]
            if not ended or not retries or dice.random() < 0.6:
                deeds.report_what_is_left()
                deeds.compare()
                return deeds.world.executions[0].status
            retries -= 1
            deeds.retry(dice.choice(ended))
        deeds.compare_states()
        if careful:
            deeds.compare()
    raise Difference("it does not end")
