"""Settings of the test run: properties look at the same examples in CI, and search with HYPOTHESIS_PROFILE=full."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import postgres_server
import pytest
from hypothesis import HealthCheck, settings
from program import Program
from tests_support import new_store, opened

from triage.store.sqlite import fulltext

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "small", deadline=None, max_examples=60, suppress_health_check=SLOW, derandomize=True, database=None
)
settings.register_profile(
    "full",
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "3000")),
    suppress_health_check=SLOW,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))


@pytest.fixture
def store(tmp_path):
    """A fresh store with a clock that goes on by one second at every look."""
    made = new_store(tmp_path / "triage.db")
    yield made
    made.close()


@pytest.fixture
def recorder(store):
    """A recorder in a journal that was just opened."""
    return opened(store)


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Callable[[str], str]:
    """Gives the address of a file for a name."""
    return lambda name: str(tmp_path / f"{name}.db")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server for a superuser: the one that TRIAGE_TEST_POSTGRES names, or our own."""
    named = os.environ.get("TRIAGE_TEST_POSTGRES", "")
    if named:
        yield named
        return
    if not postgres_server.is_installed():
        missing = "no PostgreSQL: make venv installs one, or TRIAGE_TEST_POSTGRES names one"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with postgres_server.server(options=("-cfsync=off",)) as server:
        yield server.address


SCHEMAS = (f"t{os.getpid()}_{count}" for count in itertools.count())
"""Names of schemas: a store in each, so that tests share a server and nothing else."""


@pytest.fixture
def postgres_place(postgres: str) -> Iterator[Callable[[str], str]]:
    """Gives the address of an empty schema for a name; it goes with the test."""
    with postgres_server.connected(postgres) as connection:
        made: dict[str, str] = {}

        def place(name: str) -> str:
            if name not in made:
                made[name] = next(SCHEMAS)
                connection.execute(f"CREATE SCHEMA {made[name]}")
            return postgres_server.in_schema(postgres, made[name])

        yield place
        for schema in made.values():
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def triage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, with nothing recorded yet."""
    return Program(tmp_path, monkeypatch)


@pytest.fixture
def journal(triage: Program) -> Program:
    """The program in the journal ``velvet-first-deploy``, whose events start with e2."""
    triage("open", "Velvet first deploy")
    return triage


@pytest.fixture(params=["sqlite", "postgres", "scan"])
def every_store(request, monkeypatch):
    """A fresh store of each kind; the last one is of a SQLite without an index of words."""
    kind = request.param
    if kind == "scan":
        kind = "sqlite"
        monkeypatch.setattr(fulltext, "is_supported", lambda _: False)
    made = new_store(request.getfixturevalue(f"{kind}_place")("it"))
    yield made
    made.close()
