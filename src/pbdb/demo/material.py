"""What the demo puts into the database: memories, and a table that queries may read."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from psycopg.types.json import Jsonb

from pbdb.database import Connection
from pbdb.demo.corpus import Passage, all_topics, passages

_TABLE = """
create table if not exists public.pydoc_topics (
    organization_id uuid not null,
    name text not null,
    title text not null,
    characters int not null,
    primary key (organization_id, name)
);
alter table public.pydoc_topics enable row level security;
drop policy if exists queries_see_their_organization on public.pydoc_topics;
create policy queries_see_their_organization on public.pydoc_topics for select to pbdb_query
using (organization_id = (select pbdb.current_organization_id()));
grant select on public.pydoc_topics to pbdb_query
"""


def fill_table(connection: Connection, organization: UUID) -> int:
    """Make public.pydoc_topics, which DATABASE_QUERY steps read under RLS; how many rows."""
    with connection.transaction():
        connection.execute(_TABLE)
        connection.cursor().executemany(
            "insert into public.pydoc_topics values (%s, %s, %s, %s) on conflict do nothing",
            [(organization, t.name, t.title, len(t.text)) for t in all_topics()],
        )
    return len(all_topics())


def remember(connection: Connection, organization: UUID) -> int:
    """Store the passages that are no memories yet, for a runner to embed; how many there are."""
    wanted = {p.source: p for topic in all_topics() for p in passages(topic)}
    with connection.transaction():
        connection.execute("select pbdb.set_organization(%s)", (organization,))
        known = connection.execute(
            "select source from pbdb.agent_memories where organization_id = %s",
            (organization,),
        ).fetchall()
        new = [wanted[source] for source in wanted.keys() - {row[0] for row in known}]
        if new:
            connection.execute(
                "select count(*) from pbdb.store_memories(%s, p_metadata => %s, p_sources => %s)",
                (
                    [p.text for p in new],
                    [_metadata(p) for p in new],
                    [p.source for p in new],
                ),
            )
    return len(wanted)


def _metadata(passage: Passage) -> Jsonb:
    topic = passage.topic
    return Jsonb({"corpus": "pydoc", "topic": topic.name, "title": topic.title})


def wait_for_vectors(
    connection: Connection,
    organization: UUID,
    total: int,
    show: Callable[[int], None],
    check: Callable[[], None],
) -> None:
    """Wait until every memory of the demo has its vector, showing how many have."""
    while True:
        check()
        row = connection.execute(
            "select count(*) from pbdb.agent_memory_embeddings as e where e.organization_id = %s",
            (organization,),
        ).fetchone()
        done = int(row[0]) if row else 0
        show(done)
        if done >= total:
            return
        time.sleep(0.2)
