"""Check a live database against what pbdb promises: specification.toml, and rules for the rest.

    python -m pbdb.install.verify [URL]

prints a line a check, `ok …` or `FAIL … expected … found … fix …`, and `N/N checks passed`; the
exit code is 1 when one failed. Nothing is changed, and nothing that users store is read.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import dict_row, tuple_row

from pbdb.install.verify.notes import Note, notes

Connection = psycopg.Connection[Any]
Specification = Mapping[str, Any]

_SOME_UUID: Final = "'00000000-0000-0000-0000-000000000000'::uuid"
_TENANT_ONLY: Final = (
    "(organization_id = ( SELECT pbdb.current_organization_id() AS current_organization_id))"
)
_NEVER_GRANTED: Final = ("TRUNCATE", "REFERENCES", "TRIGGER")
_NONE: Final = "none"
# current_organization_id() asks it when a tenant's own query runs.
_GRANTED_HELPERS: Final = {"_query_organization_id"}
RUNS_AS_QUERY: Final = frozenset({"_query_as_tenant", "_explain_as_tenant"})
"""Functions that are safe because they belong to pbdb_query, which has no rights but those that a
DBA gives it. Each refuses to run for another owner. All others belong to pbdb_owner."""
_PATH: Final = "pg_catalog, pg_temp"
_QUERY_PATH: Final = "public, pg_temp"


@dataclass(frozen=True, slots=True)
class Check:
    """One promise and whether the database keeps it; `found` and `fix` matter when it does not."""

    name: str
    expected: str
    found: str
    fix: str

    @property
    def is_ok(self) -> bool:
        """Whether what was found is what was expected."""
        return self.expected == self.found

    @property
    def line(self) -> str:
        """The check as one line of the report."""
        if self.is_ok:
            return f"ok   {self.name}"
        return f"FAIL {self.name}: expected {self.expected}; found {self.found}; fix: {self.fix}"


def specification() -> dict[str, Any]:
    """Return what specification.toml says."""
    text = resources.files(__package__).joinpath("specification.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def verify(conn: Connection, expected: Specification | None = None) -> list[Check]:
    """Check everything and return one Check a promise, in the order of the specification.

    Needs a role that may read the tables (the installer, or a member of pbdb_monitor). Runs in a
    transaction, or savepoint, that is rolled back.
    """
    with conn.transaction(force_rollback=True):
        # Names come out of the catalog fully qualified.
        conn.execute("set local search_path = pg_catalog, pg_temp")
        conn.execute("set local enable_seqscan = off")
        found = _Catalog(conn)
        if not found.has_schema:
            fix = "pbdb migrate"
            return [Check("schema pbdb exists", "schema pbdb", _NONE, fix)]
        return list(_checks(found, specification() if expected is None else expected))


def report(checks: Sequence[Check], noted: Sequence[Note] = (), *, is_verbose: bool = True) -> str:
    """Return the lines of the checks, only the failed ones when not verbose, notes, and the sum."""
    lines = [check.line for check in checks if is_verbose or not check.is_ok]
    lines += [note.line for note in noted]
    passed = sum(check.is_ok for check in checks)
    return "\n".join([*lines, f"{passed}/{len(checks)} checks passed"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the database of a URL, or of the PG* environment variables; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    with psycopg.connect(given[0] if given else "") as conn:
        checks, noted = verify(conn), notes(conn)
    print(report(checks, noted))
    return 0 if all(check.is_ok for check in checks) else 1


def _checks(found: _Catalog, expected: Specification) -> Iterator[Check]:
    yield from _server(found, expected["server"])
    yield from _roles(found, expected["roles"])
    yield from _enums(found, expected["enums"])
    for name, table in expected["tables"].items():
        yield from _table(found, name, table)
    for name, index in expected["indexes"].items():
        yield from _index(found, name, index)
    for name, function in expected["functions"].items():
        yield from _function(found, name, function)
    yield from _views(found, expected["views"])
    yield from _triggers(found, expected["triggers"])
    yield from _rules(found)


class _Catalog:
    """What the catalog says, read once; names as they are when only pg_catalog is searched."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def rows(self, query: LiteralString, *values: object) -> list[dict[str, Any]]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, values).fetchall()

    def value(self, query: LiteralString, *values: object) -> Any:
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(query, values).fetchone()
        return None if row is None else row[0]

    @property
    def has_schema(self) -> bool:
        return bool(self.value("select to_regnamespace('pbdb') is not null"))

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        return {
            row["name"]: row
            for row in self.rows(
                """
                select c.oid, c.relname as name, c.relrowsecurity, c.relforcerowsecurity,
                    pg_get_userbyid(c.relowner) as owner,
                    obj_description(c.oid, 'pg_class') as comment
                from pg_class as c
                where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
                order by c.relname
                """
            )
        }

    @cached_property
    def columns(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            (row["table"], row["name"]): row
            for row in self.rows(
                """
                select c.relname as table, a.attname as name,
                    concat(
                        format_type(a.atttypid, a.atttypmod),
                        case when a.attnotnull then ' not null' end,
                        case
                            when a.attgenerated <> '' then ' generated'
                            when d.oid is not null
                                then ' default ' || pg_get_expr(d.adbin, d.adrelid)
                        end
                    ) as definition,
                    col_description(c.oid, a.attnum) as comment
                from pg_class as c
                join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
                where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
                order by c.relname, a.attnum
                """
            )
        }

    @cached_property
    def indexes(self) -> dict[str, dict[str, Any]]:
        return {
            row["name"]: row
            for row in self.rows(
                """
                select i.relname as name, t.relname as table,
                    x.indisvalid and x.indisready as is_valid,
                    x.indisunique as is_unique,
                    x.indpred is not null as is_partial,
                    array(
                        select pg_get_indexdef(i.oid, n, true)
                        from generate_series(1, x.indnkeyatts) as n
                    ) as columns
                from pg_index as x
                join pg_class as i on i.oid = x.indexrelid
                join pg_class as t on t.oid = x.indrelid
                where t.relnamespace = 'pbdb'::regnamespace
                """
            )
        }

    @cached_property
    def references(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.rows(
            """
            select t.relname as table, pg_get_constraintdef(c.oid) as definition
            from pg_constraint as c join pg_class as t on t.oid = c.conrelid
            where c.connamespace = 'pbdb'::regnamespace and c.contype = 'f' and c.convalidated
            """
        ):
            definition = row["definition"].removeprefix("FOREIGN KEY ").partition(" DEFERRABLE")[0]
            found.setdefault(row["table"], set()).add(definition)
        return found

    @cached_property
    def checks(self) -> dict[tuple[str, str], str]:
        return {
            (row["table"], row["name"]): row["state"]
            for row in self.rows(
                """
                select t.relname as table, c.conname as name,
                    case when c.convalidated then 'a valid check' else 'a check, not valid' end
                        as state
                from pg_constraint as c join pg_class as t on t.oid = c.conrelid
                where c.connamespace = 'pbdb'::regnamespace and c.contype = 'c'
                """
            )
        }

    @cached_property
    def policies(self) -> list[dict[str, Any]]:
        return self.rows(
            """
            select tablename as table, policyname as name, roles::text[] as roles, cmd, permissive,
                qual, with_check
            from pg_policies where schemaname = 'pbdb'
            """
        )

    @cached_property
    def functions(self) -> list[dict[str, Any]]:
        return self.rows(
            """
            select p.proname as name, p.oid::regprocedure::text as signature,
                pg_get_function_identity_arguments(p.oid) as arguments,
                pg_get_function_result(p.oid) as result,
                p.pronargs - p.pronargdefaults as required,
                pg_get_userbyid(p.proowner) as owner,
                p.prosecdef as is_definer,
                p.prosqlbody is not null as is_atomic,
                l.lanname as language,
                p.prorettype = 'trigger'::regtype as is_trigger,
                (
                    select split_part(s.setting, '=', 2)
                    from unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%%'
                ) as search_path,
                has_function_privilege('public', p.oid, 'EXECUTE') as is_public,
                array(
                    select r.name
                    from unnest(array['pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor'])
                        as r (name)
                    where to_regrole(r.name) is not null
                        and r.name <> pg_get_userbyid(p.proowner)
                        and has_function_privilege(r.name, p.oid, 'EXECUTE')
                ) as roles,
                obj_description(p.oid, 'pg_proc') as comment
            from pg_proc as p join pg_language as l on l.oid = p.prolang
            where p.pronamespace = 'pbdb'::regnamespace and p.prokind = 'f'
            order by p.proname
            """
        )

    @cached_property
    def rights(self) -> dict[tuple[str, str], set[str]]:
        """Rights of each role on each whole table or view."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self.rows(
            """
            select c.relname as table, r.rolname as role, p.name as privilege
            from pg_class as c
            cross join pg_roles as r
            cross join unnest(array[
                'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'
            ]) as p (name)
            where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
                and r.rolname in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
                and has_table_privilege(r.oid, c.oid, p.name)
            """
        ):
            found.setdefault((row["table"], row["role"]), set()).add(row["privilege"].lower())
        return found

    @cached_property
    def writable_columns(self) -> dict[tuple[str, str, str], set[str]]:
        """Columns that each role may insert or update, by table, role and privilege."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for row in self.rows(
            """
            select c.relname as table, r.rolname as role, p.name as privilege, a.attname as column
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            cross join pg_roles as r
            cross join unnest(array['INSERT', 'UPDATE']) as p (name)
            where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
                and r.rolname in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
                and has_column_privilege(r.oid, c.oid, a.attnum, p.name)
            """
        ):
            key = (row["table"], row["role"], row["privilege"].lower())
            found.setdefault(key, set()).add(row["column"])
        return found

    @cached_property
    def triggers(self) -> dict[str, str]:
        """Where each trigger is and whether it fires."""
        return {
            row["name"]: row["state"]
            for row in self.rows(
                """
                select t.tgname as name,
                    format(
                        'on %%s, %%s', c.relname,
                        case when t.tgenabled in ('O', 'A') then 'enabled' else 'disabled' end
                    ) as state
                from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
                where c.relnamespace = 'pbdb'::regnamespace and not t.tgisinternal
                """
            )
        }

    def has_index(self, query: str) -> bool:
        """Whether the plan of a query uses an index for its condition."""
        text = f"explain (format json, costs off) {query.replace(':uuid', _SOME_UUID)}"
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(text.encode()).fetchone()
        return row is not None and _has_index_condition(row[0])


def _has_index_condition(plan: Any) -> bool:
    if isinstance(plan, list):
        return any(_has_index_condition(each) for each in plan)
    return isinstance(plan, dict) and (
        "Index Cond" in plan or any(_has_index_condition(each) for each in plan.values())
    )


def _listed(names: Iterable[object]) -> str:
    """Return names as one text that can be compared: sorted, or `none`."""
    return ", ".join(sorted(str(name) for name in names)) or _NONE


def _server(found: _Catalog, expected: Specification) -> Iterator[Check]:
    minimum = expected["minimum"]
    number = int(found.value("select current_setting('server_version_num')"))
    enough = f"PostgreSQL {minimum // 10000} or later"
    yield Check(
        f"the server is {enough}",
        enough,
        enough if number >= minimum else f"PostgreSQL {number // 10000}",
        "upgrade the server",
    )
    for extension in expected["extensions"]:
        name = found.value("select extname from pg_extension where extname = %s", extension)
        fix = f"create extension {extension}"
        yield Check(f"extension {extension} is installed", extension, name or _NONE, fix)


def _roles(found: _Catalog, expected: Specification) -> Iterator[Check]:
    names = expected["names"]
    known = {
        row["rolname"]: row["powers"]
        for row in found.rows(
            """
            select r.rolname, concat_ws(', ',
                case when r.rolcanlogin then 'login' end,
                case when r.rolsuper then 'superuser' end,
                case when r.rolbypassrls then 'bypassrls' end,
                case when r.rolcreaterole then 'createrole' end,
                case when r.rolreplication then 'replication' end
            ) as powers
            from pg_roles as r
            """
        )
    }
    for name in names:
        state = "missing" if name not in known else known[name] or "a group without powers"
        fix = f"alter role {name} nologin nosuperuser nobypassrls nocreaterole noreplication"
        yield Check(f"role {name} is a group", "a group without powers", state, fix)
    members = found.rows(
        """
        select format('%%s in %%s', pg_get_userbyid(m.member), pg_get_userbyid(m.roleid)) as pair
        from pg_auth_members as m
        where pg_get_userbyid(m.member) = any(%s) and pg_get_userbyid(m.roleid) = any(%s)
        """,
        list(names),
        list(names),
    )
    yield Check(
        f"the memberships between pbdb roles are {_listed(expected['memberships'])}",
        _listed(expected["memberships"]),
        _listed(row["pair"] for row in members),
        "grant or revoke the membership",
    )
    owner = found.value(
        "select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = 'pbdb'"
    )
    fix = "alter schema pbdb owner to pbdb_owner"
    yield Check("schema pbdb belongs to pbdb_owner", "pbdb_owner", owner, fix)
    rights = found.rows(
        """
        select format('%%s to %%s', p.name, r.name) as right
        from unnest(array['public', 'pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor'])
            as r (name),
            unnest(array['USAGE', 'CREATE']) as p (name)
        where (r.name = 'public' or to_regrole(r.name) is not null)
            and (p.name = 'CREATE' or r.name = 'public')
            and has_schema_privilege(r.name, 'pbdb', p.name)
        """
    )
    yield Check(
        "nobody may create in schema pbdb and the public may not use it",
        _NONE,
        _listed(row["right"] for row in rights),
        "revoke all on schema pbdb from …",
    )


def _enums(found: _Catalog, expected: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    for name, values in expected.items():
        rows = found.rows(
            "select enumlabel from pg_enum where enumtypid = to_regtype(%s) order by enumsortorder",
            f"pbdb.{name}",
        )
        yield Check(
            f"enum {name} has its values in order",
            ", ".join(values),
            ", ".join(row["enumlabel"] for row in rows) or _NONE,
            "pbdb migrate",
        )


def _table(found: _Catalog, name: str, expected: Specification) -> Iterator[Check]:
    table = found.tables.get(name)
    yield Check(f"table {name} exists", "a table", "a table" if table else _NONE, "pbdb migrate")
    if table is None:
        return
    for column, definition in expected.get("columns", {}).items():
        row = found.columns.get((name, column))
        yield Check(
            f"column {name}.{column} is {definition}",
            definition,
            row["definition"] if row else _NONE,
            f"alter table pbdb.{name} … (pbdb migrate, if a migration is missing)",
        )
    for key in expected.get("unique", []):
        columns = ", ".join(key)
        is_unique = any(
            index["table"] == name and index["is_unique"] and index["is_valid"]
            and not index["is_partial"] and set(index["columns"]) == set(key)
            for index in found.indexes.values()
        )  # fmt: skip
        yield Check(
            f"{name} ({columns}) is unique",
            "a unique index",
            "a unique index" if is_unique else _NONE,
            f"alter table pbdb.{name} add unique ({columns})",
        )
    known = found.references.get(name, set())
    for reference in expected.get("references", []):
        yield Check(
            f"{name} {reference}",
            reference,
            reference if reference in known else _listed(known),
            f"alter table pbdb.{name} add foreign key {reference}",
        )
    for check in expected.get("checks", []):
        state = found.checks.get((name, check), _NONE)
        fix = f"alter table pbdb.{name} add or validate constraint {check}, as in migrations/"
        yield Check(f"{name}: {check}", "a valid check", state, fix)
    yield from _row_security(found, name, expected)
    yield from _rights(found, name, expected)


def _row_security(found: _Catalog, name: str, expected: Specification) -> Iterator[Check]:
    table = found.tables[name]
    for what, column in (("enabled", "relrowsecurity"), ("forced", "relforcerowsecurity")):
        yield Check(
            f"row level security of {name} is {what}",
            what,
            what if table[column] else f"not {what}",
            f"alter table pbdb.{name} {'enable' if what == 'enabled' else 'force'} "
            "row level security",
        )
    apply = f"apply sql/access/{name}.sql"
    policies = [policy for policy in found.policies if policy["table"] == name]
    tenant = expected.get("tenant", True)
    wanted = str({True: "its tenant's", False: _NONE}.get(tenant, tenant))
    promised = {
        "pbdb_app": wanted,
        "pbdb_owner": "everybody's",
        "pbdb_monitor": "everybody's" if expected.get("monitor", True) else _NONE,
    }
    for role, rows in promised.items():
        names = {role, "public"} if role == "pbdb_app" else {role}
        seen = {_visible(each) for each in policies if names & set(each["roles"])}
        yield Check(f"policies let {role} at rows of {name}: {rows}", rows, _listed(seen), apply)


def _visible(policy: Mapping[str, Any]) -> str:
    """Whose rows a policy shows, in a word if it is one of ours."""
    conditions = {policy["qual"], policy["with_check"]} - (
        {None} if policy["cmd"] == "SELECT" else set()
    )
    if policy["permissive"] == "PERMISSIVE" and conditions == {_TENANT_ONLY}:
        return "its tenant's"
    if policy["permissive"] == "PERMISSIVE" and conditions == {"true"}:
        return "everybody's"
    return f"{policy['name']}: {policy['cmd']} using {policy['qual']} check {policy['with_check']}"


def _rights(found: _Catalog, name: str, expected: Specification) -> Iterator[Check]:
    words = expected["app"]
    whole = {word for word in words if " " not in word}
    monitor = {"select"} if expected.get("monitor", True) else set()
    promised = {
        "pbdb_app": whole,
        "pbdb_worker": set(expected.get("worker", [])),
        "pbdb_query": set(),
        "pbdb_monitor": monitor,
    }
    for role, rights in promised.items():
        yield Check(
            f"{role} may {_listed(rights)} on {name}",
            _listed(rights),
            _listed(found.rights.get((name, role), set())),
            f"apply sql/access/{name}.sql",
        )
    every = {column for table, column in found.columns if table == name}
    for privilege in ("insert", "update"):
        partial = f"{privilege} some" in words
        withheld = set(expected.get("withheld", {}).get(privilege, []))
        columns = every - withheld if partial else every if privilege in whole else set()
        granted = found.writable_columns.get((name, "pbdb_app", privilege), set())
        if partial or granted != columns:
            yield Check(
                f"pbdb_app may {privilege} the columns of {name} but {_listed(withheld)}",
                _listed(columns),
                _listed(granted),
                f"apply sql/access/{name}.sql",
            )


def _index(found: _Catalog, name: str, expected: Specification) -> Iterator[Check]:
    index = found.indexes.get(name)
    wanted = expected["columns"]
    promised = f"on {expected['table']} ({', '.join(wanted)})"
    state = _NONE
    if index is not None:
        columns = index["columns"]
        begin = columns[: len(wanted)] if columns[: len(wanted)] == wanted else columns
        state = f"on {index['table']} ({', '.join(begin)})"
        state += "" if index["is_valid"] else ", not valid"
    fix = f"drop index if exists pbdb.{name} and create it as in migrations/"
    yield Check(f"index {name} is {promised}", promised, state, fix)
    query = expected["serves"]
    has_index = "an index" if found.has_index(query) else "no index for the condition"
    yield Check(f"an index serves: {query}", "an index", has_index, fix)


def _function(found: _Catalog, name: str, expected: Specification) -> Iterator[Check]:
    named = [each for each in found.functions if each["name"] == name]
    arguments = expected["arguments"]
    fitting = [each for each in named if _accepts(each, arguments)]
    yield Check(
        f"function {name} ({arguments})",
        arguments or "no arguments",
        (arguments or "no arguments") if fitting else _listed(each["arguments"] for each in named),
        "pbdb migrate",
    )
    if not fitting:
        return
    if "returns" in expected:
        yield Check(
            f"function {name} returns {expected['returns']}",
            expected["returns"],
            fitting[0]["result"],
            "pbdb migrate",
        )
    yield Check(
        f"function {name} may be called by {_listed(expected['roles'])} only",
        _listed(expected["roles"]),
        _listed(fitting[0]["roles"]),
        f"grant or revoke execute on function pbdb.{name}",
    )


def _accepts(function: Mapping[str, Any], arguments: str) -> bool:
    """Whether a call with these arguments works: any more of them have defaults."""
    given = arguments.split(", ") if arguments else []
    known = function["arguments"].split(", ") if function["arguments"] else []
    return known[: len(given)] == given and function["required"] <= len(given)


def _views(found: _Catalog, expected: Specification) -> Iterator[Check]:
    invokers = {
        row["relname"]: row["is_invoker"]
        for row in found.rows(
            """
            select relname, coalesce(reloptions @> '{security_invoker=true}', false) as is_invoker
            from pg_class where relnamespace = 'pbdb'::regnamespace and relkind = 'v'
            """
        )
    }
    for name in expected["names"]:
        state = _NONE if name not in invokers else "its owner's"
        yield Check(
            f"view {name} runs with the rights of its reader",
            "its reader's",
            "its reader's" if invokers.get(name) else state,
            f"alter view pbdb.{name} set (security_invoker = true)",
        )
        readers = [role for (view, role), may in found.rights.items() if view == name and may]
        yield Check(
            f"view {name} may be read by {_listed(expected['roles'])} only",
            _listed(expected["roles"]),
            _listed(readers),
            f"grant or revoke select on pbdb.{name}",
        )


def _triggers(found: _Catalog, expected: Mapping[str, str]) -> Iterator[Check]:
    for name, table in expected.items():
        promised = f"on {table}, enabled"
        yield Check(
            f"trigger {name} is {promised}",
            promised,
            found.triggers.get(name, _NONE),
            f"alter table pbdb.{table} enable trigger {name} (pbdb migrate, if it is missing)",
        )


def _rules(found: _Catalog) -> Iterator[Check]:
    """What holds for every object, listed above or not: each rule names its offenders."""

    def rule(name: str, offenders: Iterable[object], fix: str) -> Check:
        return Check(name, _NONE, _listed(offenders), fix)

    tables, functions = found.tables.values(), found.functions
    yield rule(
        "every table belongs to pbdb_owner",
        (each["name"] for each in tables if each["owner"] != "pbdb_owner"),
        "alter table … owner to pbdb_owner",
    )
    yield rule(
        "every table has row level security enabled and forced",
        (t["name"] for t in tables if not (t["relrowsecurity"] and t["relforcerowsecurity"])),
        "alter table … enable row level security, force row level security",
    )
    yield rule(
        "every policy is for a named role",
        (f"{p['table']}.{p['name']}" for p in found.policies if "public" in p["roles"]),
        "drop the policy and create it to a role",
    )
    yield rule(
        "no role may truncate, reference or put triggers on a table",
        (
            f"{role} on {table}"
            for (table, role), rights in found.rights.items()
            if rights & {each.lower() for each in _NEVER_GRANTED}
        ),
        "revoke truncate, references, trigger on … from …",
    )
    yield rule("every foreign key has an index", _bare_foreign_keys(found), "create index …")
    yield rule(
        "every function belongs to pbdb_owner but those that run tenants' queries",
        (
            f["signature"]
            for f in functions
            if f["owner"] != "pbdb_owner" and f["name"] not in RUNS_AS_QUERY
        ),
        "alter function … owner to pbdb_owner",
    )
    for name in sorted(RUNS_AS_QUERY):
        yield from _runs_as_query(name, [f for f in functions if f["name"] == name])
    yield rule(
        "every view and type belongs to pbdb_owner",
        (row["name"] for row in found.rows(_OWNED_BY_OTHERS)),
        "alter view … owner to pbdb_owner, alter type … owner to pbdb_owner",
    )
    yield rule(
        "no group but pbdb_owner is a member of another role",
        (f"{row['member']} of {row['role']}" for row in found.rows(_MEMBERSHIPS)),
        "revoke … from …: a group has its own rights and those that you grant to it",
    )
    yield rule(
        "the public may execute no function",
        (f["signature"] for f in functions if f["is_public"]),
        "revoke execute on function … from public",
    )
    yield rule(
        "no private helper is granted",
        (
            f["signature"]
            for f in functions
            if f["name"].startswith("_") and f["roles"] and f["name"] not in _GRANTED_HELPERS
        ),
        "revoke execute on function … from …",
    )
    yield rule(
        "every function searches pg_catalog and then pg_temp, or was parsed when it was made",
        (f["signature"] for f in functions if not _is_pinned(f)),
        "alter function … set search_path = pg_catalog, pg_temp",
    )
    yield rule(
        "every table, column, type and function has a comment",
        _without_comment(found),
        "comment on … is '…'",
    )
    yield rule(
        "functions that pbdb_owner creates are not for the public",
        _NONE_IF_REVOKED[found.value(_DEFAULT_PRIVILEGES) is True],
        "alter default privileges for role pbdb_owner revoke execute on functions from public",
    )


_NONE_IF_REVOKED: Final = {True: (), False: ("executable by public",)}
_DEFAULT_PRIVILEGES: Final = """
    select not exists (select from unnest(d.defaclacl) as a where a::text like '=%%')
    from pg_default_acl as d
    where d.defaclrole = to_regrole('pbdb_owner') and d.defaclobjtype = 'f'
        and d.defaclnamespace = 0
"""


_OWNED_BY_OTHERS: Final = """
    select c.oid::regclass::text as name from pg_class as c
    where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('v', 'm', 'S')
        and pg_get_userbyid(c.relowner) <> 'pbdb_owner'
    union all
    select t.oid::regtype::text from pg_type as t
    where t.typnamespace = 'pbdb'::regnamespace and t.typtype in ('e', 'd', 'c')
        and t.typrelid not in (select oid from pg_class where relkind <> 'c')
        and pg_get_userbyid(t.typowner) <> 'pbdb_owner'
"""
_MEMBERSHIPS: Final = """
    select pg_get_userbyid(m.member) as member, pg_get_userbyid(m.roleid) as role
    from pg_auth_members as m
    where pg_get_userbyid(m.member) in ('pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
"""


def _runs_as_query(name: str, functions: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Say whose a function must be, and how it becomes so: its new owner needs CREATE for that."""
    for function in functions:
        signature = function["signature"]
        yield Check(
            f"function {name} belongs to pbdb_query",
            "pbdb_query",
            function["owner"],
            "grant create on schema pbdb to pbdb_query; "
            f"alter function {signature} owner to pbdb_query; "
            "revoke create on schema pbdb from pbdb_query",
        )


def _is_pinned(function: Mapping[str, Any]) -> bool:
    """Whether no name in it can be captured: '' would look into pg_temp first, for types.

    What a tenant's query names is found in public; what else it could find it may see anyway.
    """
    path = _QUERY_PATH if function["name"] in RUNS_AS_QUERY else _PATH
    return bool(function["is_atomic"]) or function["search_path"] == path


def _bare_foreign_keys(found: _Catalog) -> Iterator[str]:
    """Foreign keys whose columns do not include the leading columns of any index."""
    for row in found.rows(
        """
        select t.relname as table, c.conname as name,
            array(
                select a.attname::text
                from unnest(c.conkey) as k (number)
                join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number
            ) as columns
        from pg_constraint as c join pg_class as t on t.oid = c.conrelid
        where c.connamespace = 'pbdb'::regnamespace and c.contype = 'f'
        """
    ):
        columns = set(row["columns"])
        # The tenant alone selects too much; a column of the key itself must lead, or follow it.
        telling = columns - {"organization_id"}
        if not any(
            index["table"] == row["table"]
            and (
                index["columns"][0] in telling
                or (index["columns"][0] in columns and telling & set(index["columns"][1:2]))
            )
            for index in found.indexes.values()
        ):
            yield f"{row['table']}.{row['name']}"


def _without_comment(found: _Catalog) -> Iterator[str]:
    yield from (name for name, table in found.tables.items() if not table["comment"])
    for (table, column), row in found.columns.items():
        if not row["comment"]:
            yield f"{table}.{column}"
    for function in found.functions:
        if not function["comment"]:
            yield function["signature"]
    for row in found.rows(
        """
        select t.oid::regtype::text as name
        from pg_type as t left join pg_class as c on c.oid = t.typrelid
        where t.typnamespace = 'pbdb'::regnamespace and obj_description(t.oid, 'pg_type') is null
            and (t.typtype in ('e', 'd') or c.relkind = 'c')
        """
    ):
        yield row["name"]
