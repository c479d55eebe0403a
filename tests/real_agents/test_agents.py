"""The table of agents that `make real-agents` goes by; these facts need none of them installed."""

import pytest

from real_agents.agents import KNOWN, installed
from triage.agents import AGENTS


def test_every_agent_that_is_captured_has_its_line():
    assert KNOWN.keys() == AGENTS.keys()


def test_an_agent_that_has_no_line_is_refused(tmp_path):
    (tmp_path / "codex-0.169.0").mkdir()
    (tmp_path / "gemini-cli-0.9.0").mkdir()

    with pytest.raises(LookupError, match=r"^gemini-cli-0\.9\.0: no agent 'gemini-cli' is known here"):
        installed(str(tmp_path))
