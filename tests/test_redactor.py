"""The redactor's markers in texts of other encodings, and what is told again by them."""

import pytest

from triage.redact import Redactor

REDACTOR = Redactor(b"k" * 32)
TOKEN = "ghp_" + "a1B2" * 9
ENCODINGS = [
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-7", "ascii", "latin-1", "cp1252"),
    *("shift-jis", "gb18030", "koi8-r"),
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("before", ["", "x ", "line\r\n", "\t= "])
def test_output_stays_decodable_and_says_the_same_in_every_encoding(encoding, before):
    plain, _ = REDACTOR.text(f"{before}{TOKEN} aloud\n")
    clean, hits = REDACTOR.data(f"{before}{TOKEN} aloud\n".encode(encoding))

    assert clean.decode(encoding) == plain
    assert len(hits) == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_scrubbing_another_encoding_again_changes_nothing(encoding):
    once, _ = REDACTOR.data(f"it is {TOKEN} aloud".encode(encoding))

    assert REDACTOR.data(once) == (once, ())


def test_a_secret_has_one_fingerprint_in_both_spacings():
    assert REDACTOR.fingerprint("\0".join(TOKEN)) == REDACTOR.fingerprint(TOKEN)
