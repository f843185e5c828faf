"""What tenants write reaches an operator's terminal as text, never as orders to it."""

from __future__ import annotations

import io
import json
import re

import pytest

from cli.conftest import Shell
from pbdb.cli.terminal import Terminal, escaped, plain

# Titles, clipboards, cursors and C1's own forms of them; turns of direction; what hides.
ORDERS = [
    "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07", "\x1b[2J", "\x1b[1A\x1b[2K", "\x9b2J", "\x9d0;x\x9c",
    "\x08\x08", "\r", "\x00", "\x7f", "\u202egpj.exe", "\u2066", "\u200b", "\u2028", "\U000e0041",
]  # fmt: skip
MARKUP = [
    "[/x]",
    "[bold]",
    "[link=http://evil]click[/link]",
    "[red",
    ":skull:",
    "\\[x]",
    "[@click=x]",
]


@pytest.mark.parametrize("text", ORDERS, ids=ascii)
def test_no_order_to_a_terminal_comes_through(text: str) -> None:
    out = io.StringIO()
    Terminal(file=out, force_terminal=True, width=80).print(f"before {text} after")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert shown.startswith("before ")
    assert shown.endswith("after\n")
    assert plain(shown) == shown
    assert not set(text) & {"\x1b", "\x9b", "\x9d", "\u202e"} or "\ufffd" in shown


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text(text: str) -> None:
    out = io.StringIO()
    Terminal(file=out, force_terminal=True, width=80).print(text)
    assert re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()) == text + "\n"


@pytest.mark.parametrize("text", [*ORDERS, *MARKUP, "ä 𝄞 \n\t"], ids=ascii)
def test_json_means_the_same_and_orders_nothing(text: str) -> None:
    written = escaped(json.dumps({text: [text]}, ensure_ascii=False))
    assert json.loads(written) == {text: [text]}
    assert plain(written) == written


def test_every_command_shows_hostile_names_and_data(shell: Shell) -> None:
    hostile = "[/x] \x1b]0;owned\x07 \u202e"
    name, step = f"play {hostile}", f"step {hostile}"
    document = {
        "name": name,
        "description": hostile,
        "steps": [
            {
                "name": step,
                "type": "WAIT_FOR_INPUT",
                "config": {"prompt": f"really? {hostile}"},
                "is_final": True,
            }
        ],
    }
    shell.write("hostile.yaml", json.dumps(document))
    shell("apply", "hostile.yaml")
    execution = shell("start", name, "--json").json["execution_id"]
    for command in (["show", execution], ["show", execution, "--json"], ["inbox"], ["ls", "-e"]):
        said = shell(*command)
        assert plain(said.out) == said.out, command
