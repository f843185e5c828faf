"""What is promised of each object, by name: the checks of specification.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pbdb.install.verify.catalog import Catalog
from pbdb.install.verify.result import NONE, Check, Specification, listed

_TENANT_ONLY: Final = (
    "(organization_id = ( SELECT pbdb.current_organization_id() AS current_organization_id))"
)
_NO_TENANT: Final = "(( SELECT pbdb.current_organization_id() AS current_organization_id) IS NULL)"
_EVERYBODYS: Final = "everybody's, or the set tenant's"


def promises(found: Catalog, expected: Specification) -> Iterator[Check]:
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


def _server(found: Catalog, expected: Specification) -> Iterator[Check]:
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
        yield Check(f"extension {extension} is installed", extension, name or NONE, fix)


def _roles(found: Catalog, expected: Specification) -> Iterator[Check]:
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
        f"the memberships between pbdb roles are {listed(expected['memberships'])}",
        listed(expected["memberships"]),
        listed(row["pair"] for row in members),
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
        NONE,
        listed(row["right"] for row in rights),
        "revoke all on schema pbdb from …",
    )


def _enums(found: Catalog, expected: Mapping[str, Sequence[str]]) -> Iterator[Check]:
    for name, values in expected.items():
        rows = found.rows(
            "select enumlabel from pg_enum where enumtypid = to_regtype(%s) order by enumsortorder",
            f"pbdb.{name}",
        )
        yield Check(
            f"enum {name} has its values in order",
            ", ".join(values),
            ", ".join(row["enumlabel"] for row in rows) or NONE,
            "pbdb migrate",
        )


def _table(found: Catalog, name: str, expected: Specification) -> Iterator[Check]:
    table = found.tables.get(name)
    yield Check(f"table {name} exists", "a table", "a table" if table else NONE, "pbdb migrate")
    if table is None:
        return
    for column, definition in expected.get("columns", {}).items():
        row = found.columns.get((name, column))
        yield Check(
            f"column {name}.{column} is {definition}",
            definition,
            row["definition"] if row else NONE,
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
            "a unique index" if is_unique else NONE,
            f"alter table pbdb.{name} add unique ({columns})",
        )
    known = found.references.get(name, set())
    for reference in expected.get("references", []):
        yield Check(
            f"{name} {reference}",
            reference,
            reference if reference in known else listed(known),
            f"alter table pbdb.{name} add foreign key {reference}",
        )
    for check in expected.get("checks", []):
        state = found.checks.get((name, check), NONE)
        fix = f"alter table pbdb.{name} add or validate constraint {check}, as in migrations/"
        yield Check(f"{name}: {check}", "a valid check", state, fix)
    yield from _row_security(found, name, expected)
    yield from _rights(found, name, expected)


def _row_security(found: Catalog, name: str, expected: Specification) -> Iterator[Check]:
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
    wanted = str({True: "its tenant's", False: NONE}.get(tenant, tenant))
    monitored = wanted if wanted == "everybody's" else _EVERYBODYS
    promised = {
        "pbdb_app": wanted,
        "pbdb_owner": "everybody's",
        "pbdb_monitor": monitored if expected.get("monitor", True) else NONE,
    }
    for role, rows in promised.items():
        names = {role, "public"} if role == "pbdb_app" else {role}
        seen = {_visible(each) for each in policies if names & set(each["roles"])}
        yield Check(f"policies let {role} at rows of {name}: {rows}", rows, listed(seen), apply)


def _visible(policy: Mapping[str, Any]) -> str:
    """Whose rows a policy shows, in a word if it is one of ours."""
    conditions = {policy["qual"], policy["with_check"]} - (
        {None} if policy["cmd"] == "SELECT" else set()
    )
    if policy["permissive"] == "PERMISSIVE" and conditions == {_TENANT_ONLY}:
        return "its tenant's"
    if policy["permissive"] == "PERMISSIVE" and conditions == {"true"}:
        return "everybody's"
    monitored = ({_NO_TENANT}, {f"({_NO_TENANT} OR {_TENANT_ONLY})"})
    if policy["permissive"] == "PERMISSIVE" and conditions in monitored:
        return _EVERYBODYS
    return f"{policy['name']}: {policy['cmd']} using {policy['qual']} check {policy['with_check']}"


def _rights(found: Catalog, name: str, expected: Specification) -> Iterator[Check]:
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
            f"{role} may {listed(rights)} on {name}",
            listed(rights),
            listed(found.rights.get((name, role), set())),
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
                f"pbdb_app may {privilege} the columns of {name} but {listed(withheld)}",
                listed(columns),
                listed(granted),
                f"apply sql/access/{name}.sql",
            )


def _index(found: Catalog, name: str, expected: Specification) -> Iterator[Check]:
    index = found.indexes.get(name)
    wanted = expected["columns"]
    promised = f"on {expected['table']} ({', '.join(wanted)})"
    state = NONE
    if index is not None:
        columns = index["columns"]
        begin = columns[: len(wanted)] if columns[: len(wanted)] == wanted else columns
        state = f"on {index['table']} ({', '.join(begin)})"
        state += "" if index["is_valid"] else ", not valid"
    fix = f"drop index if exists pbdb.{name} and create it as in migrations/"
    yield Check(f"index {name} is {promised}", promised, state, fix)
    if found.is_bound_by_policies:
        return
    query = expected["serves"]
    has_index = "an index" if found.has_index(query) else "no index for the condition"
    yield Check(f"an index serves: {query}", "an index", has_index, fix)


def _function(found: Catalog, name: str, expected: Specification) -> Iterator[Check]:
    named = [each for each in found.functions if each["name"] == name]
    arguments = expected["arguments"]
    fitting = [each for each in named if _accepts(each, arguments)]
    yield Check(
        f"function {name} ({arguments})",
        arguments or "no arguments",
        (arguments or "no arguments") if fitting else listed(each["arguments"] for each in named),
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
        f"function {name} may be called by {listed(expected['roles'])} only",
        listed(expected["roles"]),
        listed(fitting[0]["roles"]),
        f"grant or revoke execute on function pbdb.{name}",
    )


def _accepts(function: Mapping[str, Any], arguments: str) -> bool:
    """Whether a call with these arguments works: any more of them have defaults."""
    given = arguments.split(", ") if arguments else []
    known = function["arguments"].split(", ") if function["arguments"] else []
    return known[: len(given)] == given and function["required"] <= len(given)


def _views(found: Catalog, expected: Specification) -> Iterator[Check]:
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
        state = NONE if name not in invokers else "its owner's"
        yield Check(
            f"view {name} runs with the rights of its reader",
            "its reader's",
            "its reader's" if invokers.get(name) else state,
            f"alter view pbdb.{name} set (security_invoker = true)",
        )
        readers = [role for (view, role), may in found.rights.items() if view == name and may]
        yield Check(
            f"view {name} may be read by {listed(expected['roles'])} only",
            listed(expected["roles"]),
            listed(readers),
            f"grant or revoke select on pbdb.{name}",
        )
