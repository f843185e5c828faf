"""`pbdb triggers`: what starts playbooks by itself."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pbdb.cli.choosing import Playbook
from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, open_client, parse_json
from pbdb.cli.output import console, print_json, print_rows

app = typer.Typer(help="List, run, pause and delete what starts by itself.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The trigger's name.")]


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Option(help="schedule or event.")] = None,
    playbook: Playbook = None,
    limit: Annotated[int, typer.Option(help="At most this many.", min=1, max=1000)] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="NAME", help="Go on after the last one of a page.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """List the triggers: when each fires next, fired last, and why it could not."""
    with open_client(url, organization) as client:
        rows: list[Any] = client.triggers(limit, kind=kind, playbook=playbook, after=after)
    shown = [
        {
            **each,
            "fires": each["event_name"] or f"{each['schedule']} {each['time_zone']}",
            "state": "on" if each["is_enabled"] else "paused",
        }
        for each in rows
    ]
    columns = ["name", "playbook_name", "fires", "state", "next_fire_at"]
    if any(each["last_error"] for each in rows):
        columns.append("last_error")
    print_rows(
        rows if as_json else shown, columns, empty="nothing starts by itself", as_json=as_json
    )


@app.command()
def run(
    name: Name,
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", help="JSON, @file or -; otherwise the trigger's own."),
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Start a trigger's playbook now, with its input; its next time stays as it is."""
    with open_client(url, organization) as client:
        found = client.triggers(1, name=name)
        if not found:
            raise UsageError(f"there is no trigger {name!r}", "`pbdb triggers list` has them")
        value = found[0]["input_data"] if input is None else parse_json(input, "--input")
        id_ = client.start(
            found[0]["playbook_name"],
            value,
            name=name,
            trigger_source="manual",
            metadata={"trigger_id": str(found[0]["trigger_id"])},
        )
    if as_json:
        print_json({"execution_id": id_})
    else:
        console.print(str(id_), highlight=False)
        console.print(f"`pbdb watch {id_}` shows how it goes", style="dim", soft_wrap=True)


@app.command()
def pause(
    name: Name, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Let a trigger not fire until it is resumed; what it has started goes on."""
    with open_client(url, organization) as client:
        client.disable_trigger(name)
    _tell(name, "paused", as_json=as_json)


@app.command()
def resume(
    name: Name, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Let a trigger fire again, a schedule from its next time on."""
    with open_client(url, organization) as client:
        client.enable_trigger(name)
    _tell(name, "resumed", as_json=as_json)


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Take a trigger away; what it has started goes on."""
    if not yes and not typer.confirm(f"Delete the trigger {name}?"):
        raise typer.Exit(1)
    with open_client(url, organization) as client:
        client.delete_trigger(name)
    _tell(name, "deleted", as_json=as_json)


def _tell(name: str, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "done": done})
    else:
        console.print(f"{name} {done}", style="green", highlight=False)
