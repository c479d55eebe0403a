"""Settings of the test run: properties look at the same examples in CI, and search with HYPOTHESIS_PROFILE=full."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from program import Program
from tests_support import new_store, opened

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
def triage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, with nothing recorded yet."""
    return Program(tmp_path, monkeypatch)


@pytest.fixture
def journal(triage: Program) -> Program:
    """The program in the journal ``velvet-first-deploy``, whose events start with e2."""
    triage("open", "Velvet first deploy")
    return triage
