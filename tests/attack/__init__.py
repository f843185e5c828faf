"""Attacks, each a corpus and a judge: what one tenant or login tries, and what it must not reach.

`make attack` runs all of them whole; the tests in this folder run the same judges on less. An
attack module has `attack(server, *, is_whole) -> Report`; a report counts what was tried and lists
what got through. Each attack also runs against a copy of pbdb that is broken on purpose, and must
find the fault there.
"""
