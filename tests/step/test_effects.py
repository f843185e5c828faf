"""Every config key, by each of its names, does what the table says; what is documented is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import server as servers
from pbdb.dev.step_types import Key, step_types
from server import Server
from step.effects import EFFECTS, Effect
from step.world import World, new_world


@pytest.fixture(scope="module")
def world(migrated: Server) -> Iterator[World]:
    with servers.fresh_database(migrated) as database, new_world(database) as made:
        yield made


@pytest.fixture(scope="module")
def keys(world: World) -> dict[tuple[str, str], Key]:
    return {(each.name, key.key): key for each in step_types(world.owner) for key in each.keys}


def see(world: World, step_type: str, effect: Effect, config: Any) -> Any:
    if effect.see is not None:
        return effect.see(world, config)
    return world.inline(step_type, config)


def renamed(config: Any, key: Key, alias: str) -> Any:
    """The config with the key under another name."""
    holder = key.holder.removesuffix("[]")

    def rename(value: dict[str, Any]) -> dict[str, Any]:
        factor = 1000 if alias == key.milliseconds_key else 1
        return {
            (alias if k == key.name else k): (v * factor if k == key.name and factor > 1 else v)
            for k, v in value.items()
        }

    if not holder:
        return rename(config)
    value = config[holder]
    return {**config, holder: [*map(rename, value)] if isinstance(value, list) else rename(value)}


CASES = [(step_type, key) for step_type, effects in EFFECTS.items() for key in effects]


def test_every_key_of_the_table_has_a_case(keys: dict[tuple[str, str], Key]) -> None:
    missing = [f"{key} of {step_type}" for step_type, key in keys if (step_type, key) not in CASES]
    assert missing == [], "say in tests/step/effects.py what it does and how to see it"
    assert [each for each in CASES if each not in keys] == []


@pytest.mark.parametrize(("step_type", "name"), CASES)
def test_a_key_has_its_effect_by_each_of_its_names(
    world: World, keys: dict[tuple[str, str], Key], step_type: str, name: str
) -> None:
    key, effect = keys[step_type, name], EFFECTS[step_type][name]
    with_it = see(world, step_type, effect, effect.config)
    if effect.without is not None:
        assert see(world, step_type, effect, effect.without) != with_it

    for alias in [*key.aliases, *([key.milliseconds_key] if key.milliseconds_key else [])]:
        other = renamed(effect.config, key, alias)
        assert alias in str(other)
        assert see(world, step_type, effect, other) == with_it, alias


@pytest.mark.parametrize(
    ("step_type", "name"), [case for case in CASES if EFFECTS[case[0]][case[1]].choose]
)
def test_every_choice_is_accepted_and_differs_from_the_others(
    world: World, keys: dict[tuple[str, str], Key], step_type: str, name: str
) -> None:
    effect = EFFECTS[step_type][name]
    assert effect.choose is not None
    seen: dict[str, Any] = {}
    for choice in keys[step_type, name].choices or []:
        found = str(see(world, step_type, effect, effect.choose(choice)))
        assert found not in seen.values(), choice
        seen[choice] = found
    assert seen


def test_a_key_that_documents_name_is_never_refused(world: World) -> None:
    """The original's spelling of a timeout, and every way to authenticate, can be activated."""
    for config in ({"timeout": 5000}, {"auth": {"type": "query", "name": "k", "secret": "S"}}):
        try:
            world.apply("API_CALL", {"url": "https://x.io/", **config})
        except psycopg.Error as error:
            pytest.fail(f"{config}: {error}")


# What the database reads itself, before or instead of a handler.
IN_THE_DATABASE = {
    "AGENT_EXECUTION": {"template_name", "template_version", "syntax", "on_lost"},
    "API_CALL": {"idempotent", "syntax", "on_lost"},
    "CUSTOM_FUNCTION": {"function", "playbook", "version", "on_lost"},
}


@pytest.mark.parametrize("step_type", IN_THE_DATABASE)
def test_handlers_read_the_keys_of_the_table_and_no_others(
    world: World, keys: dict[tuple[str, str], Key], step_type: str
) -> None:
    world.read.clear()
    for effect in EFFECTS[step_type].values():
        see(world, step_type, effect, effect.config)
    listed = {name for type_, name in keys if type_ == step_type and "[]" not in name}

    assert world.read[step_type] <= listed
    assert listed - world.read[step_type] - IN_THE_DATABASE[step_type] == set()
