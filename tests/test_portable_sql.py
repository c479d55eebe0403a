"""All SQL of the PostgreSQL store runs on its distributed relatives too: what they refuse does not stand in it.

Each form has its reason, from the vendors' documentation as of November 2026:

- Aurora DSQL: "Unsupported PostgreSQL features", "SQL feature compatibility", "Cluster quotas and database limits",
  "DDL and distributed transactions" in the user guide of Amazon Aurora DSQL.
- CockroachDB: "PostgreSQL Compatibility" and "Known Limitations" in its documentation.
- YugabyteDB: "PostgreSQL compatibility" under "Explore > SQL features" in its documentation.
- Citus: "SQL Support and Workarounds" and "Creating and Modifying Distributed Objects" in its documentation.
"""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "triage" / "store" / "postgres"

FORBIDDEN = {
    r"\b(BIG|SMALL)?SERIAL\b|\bSEQUENCE\b|\bNEXTVAL\b|\bIDENTITY\b": "Aurora DSQL long had no sequences; elsewhere each number costs a round trip",
    r"\bREFERENCES\b|\bFOREIGN KEY\b": "Aurora DSQL has no foreign keys; Citus only within a shard",
    r"\bTRIGGER\b": "Aurora DSQL has none; Citus none on distributed tables by default",
    r"\bFUNCTION\b|\bPROCEDURE\b|\bDO\s+\$|LANGUAGE\s+PLPGSQL": "Aurora DSQL has functions in SQL only",
    r"\bEXTENSION\b": "Aurora DSQL has none; each other one has its own",
    r"\bADVISORY": "YugabyteDB and Aurora DSQL long had no advisory locks; CockroachDB's do nothing",
    r"\bLISTEN\b|\bNOTIFY\b": "CockroachDB, Aurora DSQL and older YugabyteDB have none",
    r"\bSAVEPOINT\b": "Aurora DSQL has none",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\b": "Aurora DSQL makes an index only by CREATE INDEX ASYNC, which the others refuse",
    r"\bTRUNCATE\b": "Aurora DSQL has none",
    r"\bVACUUM\b": "Aurora DSQL and CockroachDB have none",
    r"\bTEMP(ORARY)?\b|\bUNLOGGED\b": "Aurora DSQL has no temporary tables, CockroachDB only as an experiment",
    r"\bPARTITION\b|\bINHERITS\b|\bTABLESPACE\b": "Aurora DSQL has none; YugabyteDB inherits nothing",
    r"\bCOLLATE\b": "Aurora DSQL refuses it where a table is made",
    r"\bEXCLUDE\b|\bDEFERRABLE\b": "YugabyteDB, CockroachDB and Aurora DSQL lack such constraints",
    r"\bLOCK\s+TABLE\b|\bFOR\s+(NO KEY\s+)?(UPDATE|SHARE)\b": "YugabyteDB had no table locks, Citus locks rows within a shard, and both need the right to update",
    r"\bISOLATION\b|\bSET\s+(TRANSACTION|SESSION|LOCAL)\b": "Aurora DSQL knows one level; the store relies on none",
    r"\bON\s+CONFLICT\b": "not among the clauses of INSERT that Aurora DSQL documents",
    r"\bRETURNING\b": "not among the clauses of INSERT that Aurora DSQL documents",
    r"\bMERGE\s+INTO\b": "CockroachDB and YugabyteDB have none; Citus in some forms",
    r"\bDECLARE\b.*\bCURSOR\b": "Aurora DSQL has none; a transaction would stay open while a client reads",
    r"\bCOPY\b": "Aurora DSQL takes it by psql only",
    r"\bLATERAL\b|\bWITH\s+RECURSIVE\b": "Citus in some forms; not among the joins that Aurora DSQL documents",
    r"\b(JSONB?|XML|MONEY|HSTORE|TSVECTOR)\b": "Aurora DSQL stores no JSON in columns; the others differ in the rest",
    r"\bGENERATED\b": "YugabyteDB and Aurora DSQL have no stored generated columns",
    r"\bCTID\b|\bXMIN\b|\bOID\b|\bREGCLASS\b|\bPG_\w+": "the catalogue and what lies below a row differ everywhere",
    r"\bALTER\s+TABLE\b": "Aurora DSQL takes few of its forms; say which, and take this one out",
    r"\bUPDATE\b": "recording changes no row, so that a role without that right can record",
}


INDEX = "fulltext.py"
"""Holds the index of the search, which a relative may refuse: then a search reads the events."""
OF_THE_INDEX = (r"\bCREATE\s+(UNIQUE\s+)?INDEX\b", r"\b(JSONB?|XML|MONEY|HSTORE|TSVECTOR)\b")


BEGINS = re.compile(
    r"\s*\(?(SELECT|INSERT|DELETE|CREATE|BEGIN|COMMIT|AND |LEFT JOIN|UPDATE|ALTER|DROP|FROM)\b"
)
"""How SQL, and what is added to it, begins."""


def statements():
    """Every text of the package that is SQL, with where it stands; docstrings are not."""
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        )
        yield from ((f"{path.name}:{node.lineno}", node.value) for node in texts if BEGINS.match(node.value))


def test_the_statements_are_found():
    assert len(list(statements())) > 35


@pytest.mark.parametrize("form", FORBIDDEN)
def test_no_statement_has_what_a_relative_refuses(form):
    found = [(where, sql) for where, sql in statements() if re.search(form, sql, re.IGNORECASE | re.DOTALL)]
    if form in OF_THE_INDEX:
        found = [(where, sql) for where, sql in found if not where.startswith(INDEX)]

    assert not found, FORBIDDEN[form]


def tables():
    return [sql for _, sql in statements() if sql.startswith("CREATE TABLE")]


def test_a_definition_may_be_repeated():
    assert all(sql.startswith("CREATE TABLE IF NOT EXISTS triage_") for sql in tables())


def test_the_journal_comes_first_in_every_key_of_what_belongs_to_one():
    keys = [
        (sql.split()[5], key)
        for sql in tables()
        if "journal text" in sql
        for key in re.findall(r"(?:KEY|UNIQUE) \((\w+)", sql)
    ]

    assert {table for table, key in keys if key != "journal"} == {"triage_slug"}


def test_every_table_has_a_primary_key_and_no_index_of_more_than_eight_columns():
    """CockroachDB and Aurora DSQL need the one; the other is a limit of Aurora DSQL."""
    for sql in tables():
        assert "PRIMARY KEY" in sql
        assert all(key.count(",") < 8 for key in re.findall(r"(?:KEY|UNIQUE) \(([^)]*)\)", sql))
