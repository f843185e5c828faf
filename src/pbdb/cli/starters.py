"""What `pbdb new` writes: a small playbook of each kind, with comments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

STARTERS: Final[Mapping[str, tuple[str, str]]] = {
    "steps": (
        "two steps that the database runs itself",
        """\
# What an execution must bring; {} would accept anything.
input_schema:
  type: object
  required: [name]
  properties: {name: {type: string}}

steps:
  # Strings that begin with $ are paths: into the input, and into what earlier steps gave.
  - name: greet
    type: PROMPT_TEMPLATE
    config:
      template: Hello {{ $input.name }}!

  - name: result
    type: DATA_TRANSFORM
    config:
      output: {greeting: $steps.greet.output.prompt}
""",
    ),
    "approval": (
        "a person decides, and a branch follows the answer",
        """\
input_schema:
  type: object
  required: [amount]
  properties: {amount: {type: number}}

steps:
  # Waits until somebody answers: `pbdb inbox` lists it, `pbdb answer` answers it.
  - name: approve
    type: WAIT_FOR_INPUT
    config:
      prompt: May this be paid?
      schema:
        type: object
        required: [approved]
        properties: {approved: {type: boolean}}
    timeout_seconds: 604800      # a week; then the step fails with TIMEOUT

  - name: decide
    type: CONDITIONAL_BRANCH
    config:
      branches: [{when: $steps.approve.output.approved == true, then: accepted}]
      default: refused

  # Ends here, instead of running into the next step.
  - name: accepted
    type: DATA_TRANSFORM
    is_final: true
    config: {output: {paid: $input.amount}}

  - name: refused
    type: DATA_TRANSFORM
    config: {output: {paid: 0}}
""",
    ),
    "api": (
        "a call of an HTTP service, with retries and a path for its failure",
        """\
input_schema:
  type: object
  required: [id]
  properties: {id: {type: string}}

steps:
  # A runner makes the call: `pbdb worker`, or `pbdb run` for this file.
  - name: fetch
    type: API_CALL
    max_retries: 3
    on_failure: apologize        # after the last attempt; $error says what went wrong
    config:
      method: GET
      url: https://api.example.com/things
      query: {id: $input.id}
      # auth: {type: bearer, secret: things_token}   # a secret of the runner, by name

  - name: result
    type: DATA_TRANSFORM
    is_final: true
    config: {output: {thing: $steps.fetch.output.data}}

  - name: apologize
    type: DATA_TRANSFORM
    config: {output: {failed: $error.code}}
""",
    ),
    "agent": (
        "a language model that answers in a form that is checked",
        """\
input_schema:
  type: object
  required: [text]
  properties: {text: {type: string}}

steps:
  # `assistant` is the agent that a runner with a model offers; define_agent makes others.
  - name: judge
    type: AGENT_EXECUTION
    config:
      agent: assistant
      prompt: |
        Is this message a complaint? Say why in one sentence.
        {{ $input.text }}
    input_mapping: {text: $input.text}
    # The answer has to fit, else the attempt has failed and is made again.
    output_schema:
      type: object
      required: [output]

  - name: result
    type: DATA_TRANSFORM
    config: {output: {verdict: $steps.judge.output.output}}
""",
    ),
    "list": (
        "one body for each item of a list, several at a time",
        """\
input_schema:
  type: object
  required: [numbers]
  properties: {numbers: {type: array, items: {type: number}}}

steps:
  # Its output is the list of what the items gave, in their order.
  - name: each
    type: PARALLEL_EXECUTION
    config:
      for_each: $input.numbers
      max_parallel: 4
    steps:
      - name: double
        type: DATA_TRANSFORM
        config: {output: $item * 2}

  - name: result
    type: DATA_TRANSFORM
    config: {output: {doubled: $steps.each.output}}
""",
    ),
}


def starter(kind: str, name: str) -> str:
    """Return the document of this kind under this name."""
    what, text = STARTERS[kind]
    head = f"# {what[0].upper()}{what[1:]}.\n# `pbdb check` looks at it, `pbdb run` tries it.\n"
    # JSON's string is YAML's too, whatever is in the name.
    return f"{head}name: {json.dumps(name, ensure_ascii=False)}\n\n{text}"
