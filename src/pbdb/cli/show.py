"""`pbdb show`: an execution, and what went into each of its attempts and came out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from pbdb.cli.executions import Id, as_dict, finish
from pbdb.cli.live import show_timeline
from pbdb.cli.options import Json, Organization, Url, find_execution, open_client
from pbdb.cli.output import console, duration, print_json, when
from pbdb.rows import AttemptDetail, Execution

_MOST_ATTEMPTS: Final = 100
_MOST_LETTERS: Final = 600


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(rich_help_panel="Executions")(show)


def show(
    id_: Id,
    full: Annotated[
        bool, typer.Option("--full", help="Every value whole, and every attempt.")
    ] = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Show an execution: playbook, input, each attempt's input, output and error, output."""
    with open_client(url, organization) as client:
        execution_id = find_execution(client, id_)
        result = client.result(execution_id)
        execution = client.execution(execution_id)
        timeline = client.timeline(execution_id)
        findings = [] if result.has_ended else client.diagnose(execution_id)
        wanted = timeline if full or as_json else timeline[-_MOST_ATTEMPTS:]
        attempts = [client.attempt(each["step_result_id"]) for each in wanted]
        if as_json:
            print_json(
                {
                    **as_dict(result),
                    **execution,
                    "timeline": timeline,
                    "attempts": attempts,
                    "findings": findings,
                }
            )
            return
        _head(execution, full)
        show_timeline(timeline)
        for each in attempts:
            _attempt(each, full)
        if len(wanted) < len(timeline):
            console.print(f"\n{len(timeline) - len(wanted)} earlier attempts: --full", style="dim")
        console.print()
        finish(client, result, as_json=False, is_judged=False)
        for finding in findings:
            words = f"{finding['finding']}\n  {finding['remedy'] or ''}".rstrip()
            console.print(words, highlight=False)


def _head(execution: Execution, full: bool) -> None:
    console.print(f"{execution['playbook_name']} version {execution['version']}", style="bold")
    source = execution["trigger_source"]
    started = f"{when(execution['created_at'])}{f' by {source}' if source else ''}"
    _line("id", str(execution["execution_id"]))
    _line("name", execution["execution_name"])
    _line("status", _with_reason(execution))
    _line("started", started)
    _line("deadline", when(execution["deadline_at"]) if execution["deadline_at"] else None)
    _line("key", execution["idempotency_key"])
    parent = execution["parent_execution_id"]
    _line("parent", f"{parent}, step {execution['parent_step_name']}" if parent else None)
    _value("input", execution["input_data"], full)
    _value("metadata", execution["metadata"] or None, full)
    if execution["input_tokens"] or execution["output_tokens"]:
        cost = execution["cost_usd"]
        tokens = f"{execution['input_tokens']} in, {execution['output_tokens']} out"
        _line("tokens", tokens if cost is None else f"{tokens}, {cost} USD")
    console.print()


def _with_reason(execution: Execution) -> str:
    reason = execution["pause_reason"]
    return f"{execution['status']} ({reason})" if reason else execution["status"]


def _attempt(attempt: AttemptDetail, full: bool) -> None:
    place = attempt["branch"] or ""
    if attempt["item_index"] is not None:
        place += f"[{attempt['item_index']}]"
    number = f", attempt {attempt['attempt_number']}"
    visit = f", visit {attempt['visit']}" if attempt["visit"] > 1 else ""
    where = f"{place} › " if place else ""
    console.print()
    console.print(
        Text(f"{where}{attempt['step_name']}{number}{visit}: {attempt['status']}", style="bold"),
        soft_wrap=True,
    )
    if attempt["started_at"] is not None:
        worker = attempt["worker"] or "the database"
        took = duration(attempt["duration_ms"])
        _line("ran", f"{when(attempt['started_at'])}{f', {took}' if took else ''}, in {worker}")
    _value("item", attempt["item"], full)
    _value("input", attempt["input_data"], full)
    _value("request", attempt["request"], full)
    _value("output", attempt["output_data"], full)
    if attempt["model"] is not None:
        tokens = f"{attempt['input_tokens']} in, {attempt['output_tokens']} out"
        _line("model", f"{attempt['model']}: {tokens}")
    _value("answers", attempt["answers"] or None, full)
    for child in attempt["child_execution_ids"] or []:
        _line("started", str(child))
    _error(attempt, full)


def _error(attempt: Mapping[str, Any], full: bool) -> None:
    if attempt["error_message"]:
        code = f"{attempt['error_code']}: " if attempt["error_code"] else ""
        _line("error", code + attempt["error_message"], style="red")
    _value("details", attempt["error_details"], full)
    if attempt["error_stack"]:
        _line("stack", "")
        console.print(Text(attempt["error_stack"].rstrip()), style="dim", soft_wrap=True)


def _value(name: str, value: Any, full: bool) -> None:
    if value is None:
        return
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _MOST_LETTERS and not full:
        text = f"{text[:_MOST_LETTERS]}… ({len(text)} letters; --full)"
    _line(name, text)


def _line(name: str, text: str | None, style: str = "") -> None:
    if text is not None:
        line = Text(f"  {name:<9} ", style="dim").append(Text(text, style=style or "not dim"))
        console.print(line, soft_wrap=True)
