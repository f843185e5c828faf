"""`pbdb memory`: what agents remember."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from pbdb.app.project import load_app
from pbdb.app.registry import Embedder
from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, open_client, parse_json
from pbdb.cli.output import console, print_json, print_rows
from pbdb.cli.worker import Project

app = typer.Typer(help="Store and search memories.", no_args_is_help=True)

Model = Annotated[str | None, typer.Option(help="Embedding model; default: the app's first.")]
Agent = Annotated[UUID | None, typer.Option(help="Memories of this agent.")]


@app.command()
def store(
    text: Annotated[str, typer.Argument(help="What to remember.")],
    metadata: Annotated[str, typer.Option(help="JSON object.")] = "{}",
    agent: Agent = None,
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Store a memory; a worker with an embedding model gives it its vector."""
    value = parse_json(metadata, "--metadata")
    with open_client(url, organization) as client:
        id_ = client.store_memory(text, agent_id=agent, metadata=value, source=source)
    if as_json:
        print_json({"id": id_})
    else:
        console.print(str(id_), highlight=False)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    mode: Annotated[str, typer.Option(help="text, vector or hybrid.")] = "text",
    limit: Annotated[int, typer.Option(help="At most this many.")] = 10,
    threshold: Annotated[float | None, typer.Option(help="Least similarity.")] = None,
    agent: Agent = None,
    model: Model = None,
    project: Project = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Search memories by words, or with --app (which brings an embedding model) by meaning."""
    embedding = None
    if mode != "text":
        embedding = asyncio.run(_embed(_embedder(project, model), text))
    with open_client(url, organization) as client:
        rows = client.search_memories(
            text,
            embedding=embedding,
            model=model,
            agent_id=agent,
            limit=limit,
            threshold=threshold,
            mode=mode,
        )
    print_rows(
        rows,
        ["similarity", "content", "metadata", "id"],
        empty="nothing found",
        as_json=as_json,
    )


async def _embed(embedder: Embedder, text: str) -> list[float]:
    (vector,) = await embedder.embed([text])
    return vector


def _embedder(project: str | None, name: str | None) -> Embedder:
    embedders = load_app(project).embedders
    if not embedders:
        raise UsageError(
            "searching by meaning needs an embedding model",
            "name an App that registers one with --app module:name, or use --mode text",
        )
    if name is None:
        return next(iter(embedders.values()))
    if name not in embedders:
        raise UsageError(f"the app has no embedding model {name!r}, but {', '.join(embedders)}")
    return embedders[name]
