"""The rooms of sql/: what one of them calls does not call it back."""

from __future__ import annotations

from pathlib import Path

import rooms
from lint import long_bodies
from pbdb.install.files import load_order, sql_folder


def _room(folder: Path, name: str, *bodies: str) -> None:
    (folder / name).mkdir()
    for number, body in enumerate(bodies):
        (folder / name / f"_{name}_{number}.sql").write_text(
            f"create or replace function pbdb._{name}_{number}() returns void\n{body}"
        )


def test_no_room_is_called_by_one_that_it_calls() -> None:
    found = rooms.calls(sql_folder())
    assert rooms.circles(set(found)) == []


def test_a_room_stands_in_the_table_of_contents_after_those_that_it_calls() -> None:
    order = [room for room, _ in rooms.headings(sql_folder())]
    backward = {
        (caller, called): names
        for (caller, called), names in rooms.calls(sql_folder()).items()
        # Policies and triggers name functions that are replaced below them.
        if caller != "access" and order.index(called) > order.index(caller)
    }
    assert backward == {}


def test_the_table_of_contents_names_each_room_once() -> None:
    listed = [path.relative_to(sql_folder()).parts[0] for path in load_order()]
    changes = [
        room for room, before in zip(listed, [None, *listed], strict=False) if room != before
    ]
    assert changes == [room for room, _ in rooms.headings(sql_folder())]


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    _room(tmp_path, "queue", "as $fn$ begin perform pbdb._engine_0(); end $fn$;\n")
    _room(tmp_path, "engine", "as $fn$ begin perform pbdb._event_0(); end $fn$;\n")
    _room(tmp_path, "event", "as $fn$ begin execute 'select pbdb._queue_0()'; end $fn$;\n")
    _room(tmp_path, "report", "as $fn$ begin perform pbdb._queue_0(); end $fn$;\n")
    assert rooms.circles(set(rooms.calls(tmp_path))) == [["engine", "event", "queue"]]


def test_a_hint_and_a_comment_are_no_calls(tmp_path: Path) -> None:
    _room(tmp_path, "queue", "as $fn$ begin perform pbdb._engine_0(); end $fn$;\n")
    _room(
        tmp_path,
        "engine",
        "as $fn$ begin raise exception using hint = 'select pbdb._queue_0();'; end $fn$;\n"
        "comment on function pbdb._engine_0() is\n'Undone by pbdb._queue_0.';\n-- pbdb._queue_0\n",
    )
    assert set(rooms.calls(tmp_path)) == {("queue", "engine")}
    assert rooms.circles(set(rooms.calls(tmp_path))) == []


def test_a_function_longer_than_a_screen_says_why() -> None:
    made = "-- drop: function pbdb.f()\n{}create or replace function pbdb.f()\nas $fn$\n{}$fn$;\n"
    why = "--\n-- It is so. Longer than a\n-- screen because it is one list.\n"

    assert list(long_bodies(made.format("", "select 1;\n" * 60))) == []
    assert list(long_bodies(made.format(why, "select 1;\n" * 61))) == []
    (said,) = long_bodies(made.format("", "select 1;\n" * 61))
    assert said.startswith("a body of 61 lines")
