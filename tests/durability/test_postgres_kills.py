"""Nothing that was acknowledged is lost on PostgreSQL, whoever is killed at any moment: a writer, or the whole server.

``TRIAGE_CLIENT_KILLS`` and ``TRIAGE_SERVER_KILLS`` say how often: 6 and 1 take a few seconds, `make durability`
kills 500 writers and 100 servers.
"""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import postgres_server
import pytest

from durability.audit import kept_of
from durability.storm import ON_POSTGRES, Storm

CLIENT_KILLS = int(os.environ.get("TRIAGE_CLIENT_KILLS", "6"))
SERVER_KILLS = int(os.environ.get("TRIAGE_SERVER_KILLS", "1"))
WRITERS = 8

pytestmark = pytest.mark.skipif(
    not postgres_server.is_installed(), reason="no PostgreSQL: make venv installs one"
)


@pytest.fixture
def server():
    """A server of our own, which syncs as one does by itself."""
    with postgres_server.server() as started:
        yield started


@pytest.fixture
def journal(triage, server):
    """The program in a journal on the server."""
    triage.set("TRIAGE_STORE", server.address)
    triage("open", "Velvet first deploy")
    return triage


def test_what_was_acknowledged_is_there_whole_whoever_was_killed(journal, figures):
    storm = Storm(journal, kills=CLIENT_KILLS, writers=WRITERS, moments=ON_POSTGRES)
    storm.rage()

    kept, texts = kept_of(journal, storm)
    silent = sum(set(call.texts) <= set(texts) for call in storm.unanswered)
    figures(
        f"PostgreSQL, {len(storm.killed):,} kills of writers: {len(storm.acknowledged):,} acknowledged calls kept, none torn,"
        f" {len(kept):,} events in one line; {silent:,} kept before they could say so"
    )


def test_what_was_acknowledged_is_there_whole_however_often_the_server_was_killed(journal, server, figures):
    storm = Storm(journal, kills=0, writers=WRITERS)
    chance = random.Random(6)

    def kill_the_server():
        for _ in range(SERVER_KILLS):
            time.sleep(chance.uniform(0.5, 3))
            kill(server)
            server.start()

    storm.rage(kill_the_server)
    journal("flush")

    kept, _ = kept_of(journal, storm)
    figures(
        f"PostgreSQL, {SERVER_KILLS:,} kills of the server under {WRITERS} writers: {len(storm.acknowledged):,} acknowledged"
        f" calls kept, {len(storm.unanswered):,} refused, none torn, {len(kept):,} events in one line"
    )


def kill(server):
    """Kill a server with all its processes; none of them can start another meanwhile."""
    first = server._process.pid
    os.kill(first, signal.SIGSTOP)
    others = [pid for pid in processes() if parent(pid) == first]
    for pid in others:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.stop(signal.SIGKILL)
    while any(parent(pid) is not None for pid in others):
        time.sleep(0.01)


def processes():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def parent(pid):
    """The parent of a process; None where it has ended."""
    try:
        state, above = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(above)
