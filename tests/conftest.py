"""Settings of the test run: properties search a little in CI and much with HYPOTHESIS_PROFILE=full."""

import os

import pytest
from hypothesis import HealthCheck, settings
from tests_support import new_store, opened

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("small", deadline=None, max_examples=60, suppress_health_check=SLOW)
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
