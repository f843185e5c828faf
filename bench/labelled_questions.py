"""Real text with hand-labelled questions: does a search find the passage that answers?

The text is Python's own language reference (`pydoc_data.topics`), cut into passages. A label is a
pair: the question, and words that only a passage which answers it contains. The first half asks in
other words than the text uses, the second half names things as the text does, the way people mix
them.
"""

from __future__ import annotations

import re
from pydoc_data import topics

ASKED_IN_OTHER_WORDS = [
    (
        "How do I make sure a file gets closed even if something goes wrong?",
        "common try|usage patterns to be encapsulated|method is invoked|runtime context",
    ),
    ("stop a loop early", "terminates the nearest enclosing loop"),
    ("skip the rest of this turn of the loop", "continues with the next cycle"),
    ("run cleanup code whether or not an error happened", "cleanup|clean-up"),
    ("which values count as false?", "considered false"),
    (
        "why can't I use a list as a dictionary key?",
        "not hashable|unhashable|not acceptable as dictionary keys|acceptable as keys",
    ),
    ("change a variable of the enclosing function", "nearest enclosing"),
    ("small nameless function", "anonymous function"),
    ("what happens when an object is about to be destroyed", "about to be destroyed|destroyed"),
    ("round numbers badly: why is 0.1 inexact", "machine architecture|double precision"),
    ("put values of variables inside text", "formatted string|replacement field|f-string"),
    ("wait for the result of a coroutine", "Suspend the execution of"),
    ("check a condition while debugging and fail if it does not hold", "debugging assertions"),
    (
        "turn several items on the right into several names on the left",
        "target list is a comma-separated|same number of items",
    ),
    ("does nothing when executed", "null operation"),
    ("remove an entry from a mapping by its key", "Remove.*d\\[key\\]|del d\\[key\\]"),
    (
        "keep only some part of a sequence, from one index to another",
        "slice of \\*s\\* from|select.*range of items",
    ),
    ("make an object usable like a function", "__call__"),
    ("multiply something by itself several times", "power operator"),
    (
        "catch an error of a certain kind",
        "matching the exception|matches an exception|one or more exception handlers",
    ),
    ("hide a module's private names from star imports", "__all__"),
    ("compare whether two names are the same thing in memory", "object identity|is not.*test"),
    ("make my class work in a for loop", "__iter__"),
    ("give back a value to whoever called", "leaves the current function call"),
]
NAMED_AS_IN_THE_TEXT = [
    ("__getattr__", "object\\.__getattr__|__getattr__\\(self"),
    ("__slots__ inheritance", "__slots__.*inherit|inherit.*__slots__"),
    ("StopIteration raised by generator", "StopIteration"),
    ("nonlocal statement", "nonlocal.*statement"),
    ("str.casefold", "casefold"),
    ("maketrans translate", "maketrans|translate\\("),
    ("dict setdefault", "setdefault"),
    ("__enter__ __exit__ context manager", "object\\.__enter__|__exit__\\("),
    ("pdb jump command", "^j\\(ump\\)|jump"),
    ("pdb conditional breakpoint tbreak", "tbreak|condition bpnumber"),
    ("NotImplemented binary operator reflected", "__radd__|reflected"),
    ("bytes hexadecimal escape \\xhh", "two hex digits"),
    ("list append extend insert", "s\\.append|s\\.extend|append\\(x\\)"),
    ("integer literal underscore 0x 0b", "hexinteger|bininteger|underscores"),
    ("yield from subiterator", "subiterator|yield from"),
    ("format spec alignment fill width", "align"),
    ("__init_subclass__", "__init_subclass__"),
    ("relative import leading dots", "leading dots|relative import"),
    ("metaclass keyword __prepare__", "__prepare__"),
    ("walrus assignment expression :=", "assignment_expression|assignment expression|walrus"),
    ("imaginary literal 3.14j", "imagnumber|imaginary literal"),
    ("except* ExceptionGroup", "except\\*|ExceptionGroup"),
    ("string partition rpartition", "partition\\(sep"),
    ("UnboundLocalError", "UnboundLocalError"),
]
QUESTIONS = ASKED_IN_OTHER_WORDS + NAMED_AS_IN_THE_TEXT


def passages(size: int = 700) -> list[str]:
    """Return the reference cut into passages of about this many characters, at blank lines."""
    found: dict[str, None] = {}
    for text in topics.topics.values():
        passage = ""
        for paragraph in re.split(r"\n\s*\n", text):
            if passage and len(passage) + len(paragraph) > size:
                found[passage] = None
                passage = ""
            passage = f"{passage}\n\n{paragraph}".strip()
        found[passage] = None
    return [each for each in found if each]


def answers(passage: str, label: str) -> bool:
    """Tell whether a passage contains what the label asks for."""
    return re.search(label, passage, re.DOTALL | re.MULTILINE) is not None
