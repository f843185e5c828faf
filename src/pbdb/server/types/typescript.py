"""TypeScript: the specification's types, enums and constants, the functions and the routes.

Columns are in camelCase, as the specification has them; arguments of functions keep their names,
which /rpc knows them by.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from pbdb.database import Connection
from pbdb.errors import BY_CODE
from pbdb.server.routes import ROUTES, Answer, Route
from pbdb.server.types.catalog import Catalog, Column, Function, read

_HEAD: Final = """\
// Written by `pbdb types --lang ts` from the catalog of a database and the server's routes.
// Change those, not this. A column that may be null is optional here: null is left out.

/** What a playbook, its caller or its steps make: any JSON. Its keys stay as they are. */
// deno-lint-ignore no-explicit-any
export type Payload = any;

/** A JSON object whose members are the writer's. */
export type JsonObject = Record<string, Payload>;

/** A page of a list: `next` is the `after` of the page that follows, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
  applied: JsonObject;
}
"""

_NAMES: Final[Mapping[str, str]] = {
    "playbooks": "Playbook",
    "playbook_steps": "PlaybookStep",
    "playbook_executions": "PlaybookExecution",
    "playbook_step_results": "PlaybookStepResult",
}
_KINDS: Final[Mapping[str, str]] = {
    "boolean": "boolean",
    "integer": "number",
    "bigint": "number",
    "smallint": "number",
    "numeric": "number",
    "double precision": "number",
    "real": "number",
    "jsonb": "Payload",
    "json": "Payload",
    "void": "void",
}
# jsonb that the database takes as an object only.
_OBJECTS: Final = frozenset(
    {"config", "input_schema", "output_schema", "input_mapping", "metadata", "parameters"}
)
# jsonb that is made of rows: what their keys are called is the database's and not the writer's.
_ROWS: Final[Mapping[str, str]] = {"nodes": "GraphNode", "edges": "GraphEdge", "issues": "Issue"}
_SHAPES: Final[Mapping[str, Sequence[Column]]] = {
    "GraphNode": (
        Column("step_id", "uuid"),
        Column("step_name", "text"),
        Column("step_type", "pbdb.playbook_step_type"),
        Column("step_order", "integer"),
        Column("description", "text", is_required=False),
        Column("parent_step_name", "text", is_required=False),
        Column("branch", "text", is_required=False),
        *(
            Column(each, "boolean")
            for each in ("is_final", "is_optional", "has_condition", "is_for_each")
        ),
    ),
    "GraphEdge": (
        Column("from_step_name", "text"),
        Column("to_step_name", "text"),
        Column("kind", "text"),
        Column("branch", "text", is_required=False),
        Column("place", "text", is_required=False),
    ),
    "Issue": (
        Column("severity", "text"),
        Column("code", "text"),
        Column("message", "text"),
        Column("hint", "text", is_required=False),
        Column("step_name", "text", is_required=False),
        Column("place", "text", is_required=False),
    ),
}
# A catalog does not say which columns of a function are never null: these. Others are optional.
_ALWAYS: Final = re.compile(
    r"(id|name|version|status|kind|playbook_id|execution_id|step_id|step_result_id|trigger_id"
    r"|playbook_name|step_name|step_type|step_order|completed_steps|total_steps|attempts"
    r"|attempt_number|visits?|created_at|updated_at|trigger_source|changed|is_\w+|has_\w+|outcome"
    r"|finding|latest_\w+|\w+_count|\w+_executions|waiting_answers|dead_letters|due_steps"
    r"|completed_24h|failed_24h|unserved_handlers|bucket_start|waiting_since|waits_for"
    r"|step_address|since|playbook_version|tags|progress_percentage|root_execution_id"
    r"|definition_hash|playbook_version|unpriced_attempts)"
)
_BUT: Final[Mapping[str, frozenset[str]]] = {
    "get_execution_steps": frozenset({"status", "branch_completed_count", "branch_failed_count"}),
    "get_usage": frozenset({"playbook_name", "step_name"}),
    "list_dead_letters": frozenset({"step_name"}),
    "list_playbook_versions": frozenset({"definition_hash"}),
}
# The delays of retries double (sql/engine/end/_make_retry.sql).
_BACKOFF: Final = 2


def typescript(connection: Connection) -> str:
    """Return the module."""
    catalog = read(connection, {each.function for each in ROUTES})
    parts = [
        _HEAD,
        *(_enum(name, labels) for name, labels in catalog.enums.items()),
        *(_interface(_NAMES[name], columns) for name, columns in catalog.tables.items()),
        _constants(catalog),
        *(_interface(name, columns) for name, columns in _SHAPES.items()),
        *(_row(each) for each in catalog.functions.values() if each.rows),
        _functions(catalog.functions),
        _routes(catalog.functions),
    ]
    return "\n".join(parts)


def camel(name: str) -> str:
    """`step_name` as `stepName`; `completed_24h` as `completed24h`."""
    return re.sub(r"_([a-z0-9])", lambda each: each[1].upper(), name)


def pascal(name: str) -> str:
    """`get_execution` as `GetExecution`."""
    return camel(f"_{name}")


def _enum(name: str, labels: list[str]) -> str:
    values = "".join(f'  {label}: "{label}",\n' for label in labels)
    title = pascal(name)
    return (
        f"export const {title} = {{\n{values}}} as const;\n"
        f"export type {title} = (typeof {title})[keyof typeof {title}];\n"
    )


def _interface(name: str, columns: Sequence[Column]) -> str:
    return f"export interface {name} {{\n{''.join(map(_member, columns))}}}\n"


def _member(column: Column) -> str:
    kind = _type(column.kind, column.name)
    # A payload may be anything, null too, so nothing is gained by leaving it out.
    mark = "" if column.is_required or kind == "Payload" else "?"
    return f"{_comment(column.comment)}  {camel(column.name)}{mark}: {kind};\n"


def _comment(text: str, indent: str = "  ") -> str:
    if not text:
        return ""
    lines = textwrap.wrap(text.replace("*/", "* /"), 92, break_on_hyphens=False)
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {each}\n" for each in lines) + f"{indent} */\n"


def _type(kind: str, name: str = "") -> str:
    """What a value of a PostgreSQL type is in JSON."""
    if kind.endswith("[]"):
        return f"{_type(kind[:-2])}[]"
    if kind == "jsonb" and name in _OBJECTS:
        return "JsonObject"
    if kind == "jsonb" and name in _ROWS:
        return f"{_ROWS[name]}[]"
    if kind.startswith("pbdb."):
        return pascal(kind.removeprefix("pbdb."))
    return _KINDS.get(kind, "string")


def _constants(catalog: Catalog) -> str:
    defaults = {each.name: each.default for each in catalog.tables["playbooks"]}
    usual = catalog.timeouts["DATA_TRANSFORM"]
    timeouts = {"PLAYBOOK": defaults["timeout_seconds"], "STEP": usual}
    timeouts |= {name: each for name, each in catalog.timeouts.items() if each != usual}
    retries = {
        "MAX_RETRIES": defaults["max_retries"],
        "RETRY_DELAY_SECONDS": defaults["retry_delay_seconds"],
        "BACKOFF_MULTIPLIER": _BACKOFF,
    }
    codes = {code: f'"{each.__name__}"' for code, each in sorted(BY_CODE.items())}
    return (
        "/** Seconds. A step of a type that is not here has STEP, or no limit where it waits. */\n"
        f"export const DEFAULT_TIMEOUTS = {_object(timeouts)} as const;\n\n"
        f"export const DEFAULT_RETRY_CONFIG = {_object(retries)} as const;\n\n"
        "/** What pbdb refuses, by its code. */\n"
        f"export const ERRORS = {_object(codes)} as const;\n"
        "export type ErrorCode = keyof typeof ERRORS;\n"
    )


def _object(values: Mapping[str, object]) -> str:
    return "{\n" + "".join(f"  {key}: {value},\n" for key, value in values.items()) + "}"


def _row(function: Function) -> str:
    but = _BUT.get(function.name, frozenset())
    columns = [
        Column(
            each.name,
            each.kind,
            each.name in _ROWS or (bool(_ALWAYS.fullmatch(each.name)) and each.name not in but),
        )
        for each in function.rows
    ]
    return _comment(function.comment, "") + _interface(f"{pascal(function.name)}Row", columns)


def _functions(functions: Mapping[str, Function]) -> str:
    members = "".join(map(_signature, functions.values()))
    kinds = {name: f'"{_answers(each)}"' for name, each in functions.items()}
    columns = dict.fromkeys(_ROWS, "true")
    return (
        "/** What /rpc calls: the functions that have a route. */\n"
        f"export interface Functions {{\n{members}}}\n\n"
        "/** What each of them returns. */\n"
        f"export const RETURNS = {_object(kinds)} as const;\n\n"
        "/** Columns that are made of rows themselves. */\n"
        f"export const ROWS: Record<string, true> = {_object(columns)};\n"
    )


def _answers(function: Function) -> str:
    if function.rows:
        return "rows"
    return "nothing" if function.returns == "void" else "value"


def _signature(function: Function) -> str:
    arguments = "".join(
        f"      {each.name}{'' if each.is_required else '?'}: {_argument(each)};\n"
        for each in function.arguments
    )
    given = f"{{\n{arguments}    }}" if arguments else "Record<never, never>"
    returned = f"{pascal(function.name)}Row[]" if function.rows else _type(function.returns)
    return f"  {function.name}: {{\n    arguments: {given};\n    returns: {returned};\n  }};\n"


def _argument(column: Column) -> str:
    kind = _type(column.kind)
    return kind if column.is_required or kind == "Payload" else f"{kind} | null"


def _routes(functions: Mapping[str, Function]) -> str:
    members = "".join(_route(each, functions[each.function]) for each in ROUTES)
    known = {f'"{_key(each)}"': _known(each) for each in ROUTES}
    return (
        "/** The routes of the server, without their prefix; keys in camelCase. */\n"
        f"export interface Routes {{\n{members}}}\n\n"
        "/** What a client has to know of a route to call it. */\n"
        f"export const ROUTES = {_object(known)} as const;\n"
    )


def _key(route: Route) -> str:
    return f"{route.method} {route.url}"


def _known(route: Route) -> str:
    reads = "true" if route.scope == "read" else "false"
    return f'{{ answers: "{route.answer.value}", reads: {reads} }}'


def _route(route: Route, function: Function) -> str:
    arguments = {each.name: each for each in function.arguments}
    path = "".join(f" {each}: {_path(each)};" for each in re.findall(r"{(\w+)}", route.url))
    query = [_given(key, arguments[name], optional=True) for key, name in route.query.items()]
    if route.page:
        query += [" after?: string | number;", " limit?: number;"]
    body = [_given(key, arguments[name]) for key, name in route.body.items()]
    return (
        f'  "{_key(route)}": {{\n'
        f"    path: {_braced(path)};\n"
        f"    query: {_braced(''.join(query))};\n"
        f"    body: {_braced(''.join(body))};\n"
        f"    answer: {_answer(route, function)};\n"
        "  };\n"
    )


def _path(key: str) -> str:
    return "number" if key == "version" else "string"


def _given(key: str, argument: Column, *, optional: bool = False) -> str:
    mark = "?" if optional or not argument.is_required else ""
    return f" {camel(key)}{mark}: {_type(argument.kind)};"


def _braced(members: str) -> str:
    return f"{{{members[:-1]} }}" if members else "Record<never, never>"


def _answer(route: Route, function: Function) -> str:
    if route.answer is Answer.NOTHING:
        return "void"
    if route.answer is Answer.VALUE:
        return f"{{ {camel(route.key)}: {_type(function.returns)} }}"
    row = f"{pascal(function.name)}Row"
    return f"Page<{row}>" if route.answer is Answer.ITEMS else row
