"""Settings of a runner: PBDB_ variables of its environment."""

from __future__ import annotations

from collections.abc import Mapping


class SettingInvalid(ValueError):
    """A setting cannot be read, or another one is missing beside it; the message names it."""


def whole_number(environ: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    """The number in a setting, or `default` where it is not set; raises SettingInvalid."""
    text = environ.get(name) or str(default)
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise SettingInvalid(f"{name} is {text!r}, not a whole number from {least} on")
    return number
