"""The grants in the database are those of the matrix, and nothing more."""

from __future__ import annotations

from typing import Any

import psycopg

from access import matrix

Connection = psycopg.Connection[Any]

PRIVILEGES = {"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}
NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER")
CASES = [
    (table, role, letters)
    for table, row in matrix.TABLES.items()
    for role, letters in zip(matrix.ROLES, row, strict=True)
]


def values(conn: Connection, query: str, *arguments: object) -> list[Any]:
    return [row[0] for row in conn.execute(query.encode(), arguments).fetchall()]


def test_the_matrix_names_every_table(owner: Connection) -> None:
    found = values(
        owner,
        "select relname from pg_class where relnamespace = 'pbdb'::regnamespace "
        "and relkind in ('r', 'p')",
    )
    assert set(matrix.TABLES) == set(found)


def test_the_table_rights_are_those_of_the_matrix(owner: Connection) -> None:
    found = {
        (table, role): "".join(
            letter
            for letter, privilege in PRIVILEGES.items()
            if values(
                owner, "select has_table_privilege(%s, %s, %s)", role, f"pbdb.{table}", privilege
            )
            == [True]
        )
        for table, role, _ in CASES
    }
    assert found == {
        (table, role): "".join(letter for letter in letters if letter.islower())
        for table, role, letters in CASES
    }


def test_the_column_rights_are_those_of_the_matrix(owner: Connection) -> None:
    for table, role, letters in CASES:
        columns = set(
            values(
                owner,
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0",
                f"pbdb.{table}",
            )
        )
        for letter in "iu":
            granted = set(
                values(
                    owner,
                    "select attname from pg_attribute where attrelid = %s::regclass "
                    "and attnum > 0 and has_column_privilege(%s, attrelid, attnum, %s)",
                    f"pbdb.{table}",
                    role,
                    PRIVILEGES[letter],
                )
            )
            expected = columns if letter in letters else set()
            if letter.upper() in letters:
                expected = columns - matrix.WITHHELD[table, letter.upper()]
            assert granted == expected, f"{role}: {PRIVILEGES[letter]} on {table}"


def test_nobody_may_truncate_reference_or_put_triggers(owner: Connection) -> None:
    found = owner.execute(
        """
        select c.relname, p.name, r.name
        from pg_class as c, unnest(%s::text[]) as p (name), unnest(%s::text[]) as r (name)
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
            and has_table_privilege(r.name, c.oid, p.name)
        """,
        (list(NEVER), [*matrix.ROLES, "public"]),
    ).fetchall()
    assert found == []


def test_public_may_do_nothing_in_the_schema(owner: Connection) -> None:
    assert values(
        owner,
        """
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace = 'pbdb'::regnamespace
            and has_function_privilege('public', p.oid, 'EXECUTE')
        union all
        select c.oid::regclass::text from pg_class as c
        where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p', 'v')
            and has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        """,
    ) == []  # fmt: skip
    row = owner.execute(
        "select has_schema_privilege('public', 'pbdb', 'USAGE'), "
        "has_schema_privilege('public', 'pbdb', 'CREATE')"
    ).fetchone()
    assert row == (False, False)


def test_no_role_may_create_objects_in_the_schema(owner: Connection) -> None:
    for role in matrix.ROLES:
        assert values(owner, "select has_schema_privilege(%s, 'pbdb', 'CREATE')", role) == [False]


def test_the_group_roles_have_no_powers_and_are_not_members_of_each_other(
    owner: Connection,
) -> None:
    # The owner must be able to replace the one function that belongs to pbdb_query.
    assert values(
        owner,
        """
        select rolname::text from pg_roles
        where rolname in ('pbdb_owner', 'pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor')
            and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb
                or rolreplication)
        union all
        select format('%%s in %%s', m.member::regrole, m.roleid::regrole)
        from pg_auth_members as m
        where m.member::regrole::text like 'pbdb\\_%%' and m.roleid::regrole::text like 'pbdb\\_%%'
        """,
    ) == ["pbdb_owner in pbdb_query"]  # fmt: skip


def test_private_helpers_are_granted_to_nobody_but_the_query_context(owner: Connection) -> None:
    """_query_organization_id is what current_organization_id asks when a tenant's query runs."""
    found = owner.execute(
        """
        select p.proname, r.name
        from pg_proc as p, unnest(%s::text[]) as r (name)
        where p.pronamespace = 'pbdb'::regnamespace and p.proname like '\\_%%'
            and p.prorettype <> 'trigger'::regtype
            and has_function_privilege(r.name, p.oid, 'EXECUTE')
            and pg_get_userbyid(p.proowner) <> r.name
        """,
        (list(matrix.ROLES),),
    ).fetchall()
    assert found == [("_query_organization_id", "pbdb_query")]


def test_every_table_has_row_level_security_enabled_and_forced(owner: Connection) -> None:
    assert values(
        owner,
        """
        select relname from pg_class
        where relnamespace = 'pbdb'::regnamespace and relkind in ('r', 'p')
            and not (relrowsecurity and relforcerowsecurity)
        """,
    ) == []  # fmt: skip


def test_every_policy_names_its_role_and_checks_what_it_writes(owner: Connection) -> None:
    # embedding_models is of no tenant: which models a deployment knows is not a secret.
    found = owner.execute(
        """
        select tablename, policyname from pg_policies
        where schemaname = 'pbdb' and (
            'public' = any(roles)
            or cmd <> 'SELECT' and with_check is distinct from qual
            or 'pbdb_app' = any(roles) and tablename <> 'embedding_models'
                and replace(qual, 'pbdb.', '') <> '(organization_id = ( SELECT '
                    'current_organization_id() AS current_organization_id))'
        )
        """
    ).fetchall()
    assert found == []


def test_every_view_runs_with_the_rights_of_its_reader(owner: Connection) -> None:
    assert values(
        owner,
        """
        select relname from pg_class
        where relnamespace = 'pbdb'::regnamespace and relkind = 'v'
            and not coalesce(reloptions @> '{security_invoker=true}', false)
        """,
    ) == []  # fmt: skip
