"""What only the user's own configuration may do, and a folder's after it was trusted."""

import pytest
from test_cli_redact import TOKEN, configure

ALLOW = '[[redact.allow]]\nrule = "github-token"\nreason = "x"\n'
STORE = 'store = "elsewhere/kept.db"\n'


@pytest.mark.parametrize(("text", "what"), [(ALLOW, "let secrets through"), (STORE, "set 'store'")])
def test_a_folder_is_refused_with_the_way_to_trust_it(journal, text, what):
    configure(journal, text, "here")
    code, message = journal.refused("log", "x")

    own = f"{journal.home}/config/triage/triage.toml"
    assert code == 4
    assert message == (
        f"triage: {journal.work}/triage.toml may not {what}; "
        f"set it in {own}, or look at the file and call: triage trust"
    )


def test_a_trusted_folder_lets_through_what_it_allows_and_that_is_recorded(journal):
    configure(journal, ALLOW, "here")
    said = journal("trust")
    journal("open", "It goes on")
    journal("log", f"it is {TOKEN}")

    assert said == f"trusted {journal.work}/triage.toml: it may let secrets through"
    assert TOKEN in journal("events", "--json")
    assert [event["kind"] for event in journal.events()] == ["header", "entry", "act"]


def test_a_trusted_folder_moves_the_store_to_a_place_beside_its_file(journal):
    configure(journal, STORE, "here")
    journal("trust", "triage.toml")
    journal("open", "It goes on")

    assert (journal.work / "elsewhere/kept.db").exists()


def test_any_change_of_a_trusted_file_ends_the_trust(journal):
    configure(journal, ALLOW, "here")
    journal("trust")
    configure(journal, f"{ALLOW} ", "here")

    assert journal.refused("log", TOKEN)[0] == 4


def test_a_folder_cannot_bring_the_trust_in_itself(journal):
    configure(journal, ALLOW, "here")
    journal("trust")
    kept = journal.home / "state/triage/trusted"
    kept.rename(journal.work / ".triage/trusted")

    assert journal.refused("log", TOKEN)[0] == 4


def test_a_file_that_is_no_configuration_is_not_trusted(journal):
    configure(journal, "[[redact.allow]]\nrule = 3\n", "here")

    assert journal.refused("trust")[0] == 2
    assert not (journal.home / "state/triage/trusted").exists()


def test_trusting_what_is_not_there_is_refused(triage):
    code, message = triage.refused("trust", "nowhere.toml")

    assert code == 3
    assert message == (
        f"triage: no configuration at {triage.work}/nowhere.toml; name the file: triage trust FILE"
    )


def test_trust_says_in_json_what_the_file_may_do(journal):
    configure(journal, STORE + ALLOW, "here")

    assert journal.json("trust") == {
        "path": f"{journal.work}/triage.toml",
        "does": ["set 'store'", "let secrets through"],
    }


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/dev"])
def test_a_folder_cannot_have_a_device_read_for_a_configuration(journal, device):
    (journal.work / "triage.toml").unlink(missing_ok=True)
    (journal.work / ".triage").mkdir(exist_ok=True)
    (journal.work / "triage.toml").symlink_to(device)

    code, message = journal.refused("log", "x")

    assert code in (2, 4)
    assert message.startswith(f"triage: {'cannot read ' * (device == '/dev')}{journal.work}/triage.toml")
