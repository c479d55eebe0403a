"""A site in a folder is whole whenever the power goes: what a disk may hold then is read, and published again.

The disk is the model of `durability.disk`, as for the record.
"""

import os
import random
import re

import pytest

from durability.disk import FATES, Disk, digest
from durability.test_power_loss import put
from durability.tracing import Sync, missing, traced

STATES = int(os.environ.get("TRIAGE_STATES", "60"))
PUBLISHED = 12
"""Of the states as many are published to again as one of this number."""

pytestmark = pytest.mark.skipif(missing() != "", reason=missing())


@pytest.fixture
def site(triage):
    """The folder that is published to."""
    return triage.home / "site"


@pytest.fixture
def calls(triage, site):
    """What calls did from an empty home on, with the site as it was after each."""
    made = []
    for call in (
        ("open", "Velvet first deploy"),
        ("publish", "--all", "--to", site),
        *(("open", f"Number {number}") for number in range(8)),
        ("log", "went live", "--journal", "velvet-first-deploy"),
        ("publish", "--all", "--to", site),
    ):
        done = traced(triage, *map(str, call))
        made.append((done, tree(site)))
    return made


def tree(site):
    """The files that a reader of the site may ask for, with their bytes."""
    return {str(path): path.read_bytes() for path in site.rglob("*") if path.is_file() and is_shown(path)}


def is_shown(path):
    """Whether a file is one of the site, and not the target's own."""
    return ".triage" not in str(path)


def losses(home, calls, number):
    """States of the disk at moments of the last publication."""
    disk, chance, seen = Disk(str(home)), random.Random(6), set()
    for done, _ in calls[:-1]:
        for operation in done:
            disk.do(operation)
    last = calls[-1][0]
    moments = set(chance.sample(range(len(last)), min(len(last), number)))
    for moment, operation in enumerate(last):
        disk.do(operation)
        state = disk.after(chance.choice(FATES), chance) if moment in moments else {}
        if state and digest(state) not in seen:
            seen.add(digest(state))
            yield state


def is_whole(site, state, before, after):
    """Whether every file is as it was or as it will be, and what the index names is there."""
    shown = {
        path: data
        for path, data in state.items()
        if data is not None and path.startswith(f"{site}/") and is_shown(path)
    }
    if any(data not in (before.get(path), after.get(path)) for path, data in shown.items()):
        return False
    named = re.findall(r'href="((?:journals|archive)/[^"#]+)"', shown[f"{site}/index.html"].decode())
    return all(f"{site}/{name}" in shown for name in named)


def test_no_loss_of_power_cuts_a_file_of_a_site_or_lets_its_index_name_what_is_not_there(
    triage, site, calls, figures
):
    before, after = calls[-2][1], calls[-1][1]
    count = 0
    for count, state in enumerate(losses(triage.home, calls, STATES), 1):
        assert is_whole(site, state, before, after)
        if count % PUBLISHED == 0:
            put(triage.home, state)
            triage("publish", "--all", "--to", site)
            assert tree(site) == after
    assert count > STATES // 2
    figures(f"{count:,} states of the disk after a loss of power while a site was published: every one whole")


def test_the_model_finds_what_a_target_loses_that_never_syncs(triage, site, calls):
    done, after = calls[-1]
    careless = [each for each in done if not (isinstance(each, Sync) and each.path.startswith(str(site)))]
    states = list(losses(triage.home, [*calls[:-1], (careless, after)], STATES))
    assert not all(is_whole(site, state, calls[-2][1], after) for state in states)
