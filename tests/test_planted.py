"""Planted secrets: none is found anywhere, in any encoding, wherever a read was cut, whatever is killed.

TRIAGE_PLANTED says how many there are: `make campaign` plants 1,000, the tests a few.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import planted
import pytest
from program import SCRIPT

from triage.capture.tape import Tape
from triage.redact import Redactor, secret_names
from triage.redact.transcript import Transcript

COUNT = int(os.environ.get("TRIAGE_PLANTED", "6"))
SECRETS = planted.secrets(COUNT)
AT_ONCE = 25
"""Secrets in the environment of one command."""
BATCHES = [SECRETS[first : first + AT_ONCE] for first in range(0, COUNT, AT_ONCE)]


@pytest.mark.parametrize("secret", SECRETS, ids=range(COUNT))
def test_a_planted_secret_is_hidden_in_every_encoding_wherever_a_read_was_cut(secret):
    redactor = Redactor(b"k" * 32, {"THE_TOKEN": secret})
    for line in planted.lines([secret]):
        for cut in range(1, len(line)):
            tape = Tape()
            tape.write("out", line[:cut])
            tape.write("out", line[cut:])
            tape.end()
            clean = Transcript(*tape.head(), redactor).piece(0, len(line)).data.decode()
            assert not planted.is_left(secret, clean)


@pytest.mark.parametrize("batch", BATCHES, ids=range(len(BATCHES)))
def test_no_planted_secret_of_a_run_is_found_in_any_file(journal, batch):
    plant(journal, batch)
    ran = journal.start("run", "--title", "All of it", "--", *program(7), timeout=300)
    for form in ("md", "html", "json"):
        journal.start("render", "-o", f"document.{form}")
    journal.start("export", "-o", "all.jsonl")

    assert ran.code == 0
    assert left(journal, batch) == []


@pytest.mark.parametrize("batch", BATCHES, ids=range(len(BATCHES)))
def test_no_planted_secret_is_left_where_a_run_was_killed(journal, batch):
    plant(journal, batch)
    started = subprocess.Popen(
        [SCRIPT, "run", "--", *program(3)], env=journal.environment, cwd=journal.work,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(random.Random(len(batch)).uniform(0.2, 3))
    started.kill()
    started.wait(timeout=20)

    assert left(journal, batch) == []


def plant(journal, batch):
    for number, secret in enumerate(batch):
        journal.set(planted.NAME.format(number=number), secret)


def program(cuts):
    return [sys.executable, planted.__file__, str(cuts)]


def left(journal, batch):
    """The files in which any of the secrets is left."""
    found = []
    for path in (path for folder in (journal.home, journal.work) for path in folder.rglob("*")):
        if path.is_file():
            text = Path(path).read_bytes().decode("latin-1")
            found += [f"{path.name}: {secret}" for secret in batch if planted.is_left(secret, text)]
    return found


@pytest.mark.parametrize("value", ["/x9Kd+AbQ3/zz09==", "httpS3cret-of-mine", "/9aB8cD7eF6gH5"])
def test_a_secret_that_begins_as_a_path_or_an_address_does_is_known(value):
    assert secret_names({"DB_TOKEN": value}) == {"DB_TOKEN": value}


@pytest.mark.parametrize(
    "value", ["/run/secrets/Token1", "/home/ana/.tokens/9", "https://vault.example.org/v1"]
)
def test_a_path_and_an_address_are_no_secrets(value):
    assert secret_names({"DB_TOKEN": value}) == {}
