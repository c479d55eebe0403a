"""The sample's script, record and documents say the same."""

import json
import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from triage import config, times
from triage.check import check
from triage.redact import Redactor
from triage.render import Style, render
from triage.report import Report
from triage.store import open_store
from triage.usecases import exchange

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
SLUG = "velvet-first-deploy"

pytestmark = pytest.mark.xdist_group("samples")


def text(name):
    return (SAMPLE / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The folder in which the sample's script was run anew."""
    folder = tmp_path_factory.mktemp("sample") / "demo"
    environment = {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
    }
    subprocess.run(["sh", SAMPLE / "demo.sh", folder], env=environment, check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The report of the checked-in record, read from a fresh store."""
    path = str(tmp_path_factory.mktemp("imported") / "triage.db")
    store = open_store(path, clock=config.clock, entropy=config.entropy, create=True)
    done = exchange.import_lines(
        store,
        text(f"{SLUG}.jsonl").splitlines(),
        Redactor(b"k" * 32),
        now=times.from_timestamp_us(config.clock()),
    )
    return Report.from_events(store.events(done.journal, output=True))


@pytest.fixture(scope="module")
def style():
    links = config.read_config(str(SAMPLE / "triage.toml"))
    return Style(**links, version=re.search(r'content="triage ([^"]+)"', text(f"{SLUG}.html"))[1])


def without_ids(report):
    """A report as JSON with ids, digests and checkpoints replaced by their order of appearance."""
    names = {}
    pattern = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b")
    found = pattern.sub(lambda match: names.setdefault(match[0], f"id{len(names)}"), report)
    return json.loads(found)


def test_the_script_makes_the_same_report_as_the_exported_record(recorded, imported):
    store = open_store(str(recorded / ".triage" / "triage.db"), clock=config.clock, entropy=config.entropy)
    journal = store.journals()[0].id
    anew = Report.from_events(store.events(journal, output=True))

    assert without_ids(render(anew, format="json")) == without_ids(render(imported, format="json"))


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_exported_record_makes_the_same_document_byte_for_byte(imported, style, form):
    assert render(imported, format=form, style=style) == text(f"{SLUG}.{form}")


def commands():
    """The script from its first command on."""
    script = text("record.sh")
    return script[script.index("triage open") :]


def test_the_sample_takes_at_most_60_commands():
    assert len(re.findall(r"^triage ", commands(), re.MULTILINE)) <= 60


VERBATIM = re.compile(r"^```(?:text|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
EVIDENCE = re.compile(r"^triage evidence.*?<<'END'\n(.*?)^END$", re.DOTALL | re.MULTILINE)


def test_the_commands_hold_at_most_90_percent_of_the_characters_of_their_document():
    """Verbatim output, in evidence or in a fence of text, counts on neither side."""
    script, document = commands(), text(f"{SLUG}.md")
    output = sum(map(len, EVIDENCE.findall(script))) + sum(map(len, VERBATIM.findall(script)))
    shown = sum(map(len, VERBATIM.findall(document)))

    assert (len(script) - output) / (len(document) - shown) <= 0.9


FACTS = """
2ef77cf3 86ceec1d 2d03871a 9ded331 98f2418 raxx-velvet-staging raxx-velvet-prod v9 v11–v13 v14 v15 01:09
03:09 03:43 03:50 03:52 03:53 04:06 04:09 04:10 04:12 04:13 04:15 04:27 11:11 ~17:00 #1128 #1129 #1130
#1136 #1137 #1138 #1140 #1141 #1144 #988 #990 #994 #995 rotation_jobs rotation_job_consumers
velvet_schema_migrations Heroku-24 {"service":"velvet","status":"ok"} sqlalchemy>=2.0,<3.0 deploy-temp
install_requires psycopg2-binary heroku-velvet-staging 83a6227b782ce931f97fd3d889ea28f6
f12dbb5cac57d5591a5058874498a6d1 e3963b1bf40bda34e11c99274915023c 4616861
20260430051323pm._domainkey.raxx.app pm._domainkey.raxx.app CLOUDFLARE_EDIT_DNS X-Postmark-Account-Token
/MooseQuest/postmark/POSTMARK_ACCOUNT_API_KEY rua=mailto:kris@moosequest.net include:spf.mtasv.net
pm-bounces.raxx.app pm.mtasv.net 2026-05-05T04:27:26.274254Z 8.8.8.8 1.1.1.1
FREESCOUT_OPERATIONS_MAILBOX_ID X-FreeScout-API-Key support@raxx.app ops@raxx.app 405 302 501 404 401
raxx-console-staging raxx-console-prod ~12s ~10s FLAG_CONSOLE_INVESTIGATE_FROM_STATUS
FLAG_CONSOLE_ALERTS_AUTO_TICKET FLAG_CONSOLE_DEPLOY_XENV_READ /console/flags
CONSOLE_CROSS_ENV_READ_TOKEN 29b77751-f761-4afa-b3fa-2c842988f95c https://vault.raxx.app
console-deploy-shim docs/architecture/console-self-deploy-web-layer.md
docs/ops/runbooks/auto-ticketing-rollout.md §7.4 wrangler@4
docs/ops/runbooks/freescout-operations-mailbox-provisioning.md
raxx-console-staging-58974c77617a.herokuapp.com
"""


@pytest.mark.parametrize("fact", FACTS.split())
def test_the_document_has_the_fact(fact):
    assert fact in text(f"{SLUG}.md")


def test_the_span_of_the_work_ends_with_the_last_health_check(imported):
    clock = imported.main.wall_clock

    assert (clock.start_at, clock.end_at) == ("2026-05-05T01:09:00.000000Z", "2026-05-05T04:13:00.000000Z")


def test_the_two_blockers_that_happened_are_the_blockers_that_are_counted(imported):
    assert [blocker.status for blocker in imported.main.blockers] == ["fixed", "fixed"]


OUTAGE = SAMPLE.parent / "checkout-outage"


@pytest.fixture(scope="module")
def outage(tmp_path_factory):
    """The store with the checked-in record of the outage, and its journal."""
    path = str(tmp_path_factory.mktemp("outage") / "triage.db")
    store = open_store(path, clock=config.clock, entropy=config.entropy, create=True)
    lines = (OUTAGE / "checkout-outage.jsonl").read_text(encoding="utf-8").splitlines()
    now = times.from_timestamp_us(config.clock())
    done = exchange.import_lines(store, lines, Redactor(b"k" * 32), now=now)
    return list(store.events(done.journal, output=True))


@pytest.mark.parametrize("ending", ["md", "html"])
def test_the_post_mortem_is_what_its_record_renders(outage, ending):
    document = (OUTAGE / f"checkout-outage.{ending}").read_text(encoding="utf-8")
    version = re.search(r'content="triage ([^"]+)"', (OUTAGE / "checkout-outage.html").read_text())[1]
    style = Style(version=version)

    assert render(Report.from_events(outage), template="postmortem", format=ending, style=style) == document


def test_the_post_mortem_has_the_headings_of_one():
    headings = re.findall(r"^## (.+)$", (OUTAGE / "checkout-outage.md").read_text(), re.MULTILINE)

    assert [title for title in headings if "vidence" not in title] == [
        "Summary",
        "Impact",
        "Contributing factors",
        "Timeline",
        "Final state",
        "Checks",
        "What went well",
        "What went wrong",
        "Where we got lucky",
        "Action items",
        "Related issues",
        "Issues status",
    ]


def test_the_outage_has_no_findings(outage):
    assert check(Report.from_events(outage), outage, Redactor(b"k" * 32)) == []


def test_the_outage_is_recorded_by_its_script(tmp_path):
    environment = {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "HOME": str(tmp_path),
        "TRIAGE_STORE": str(tmp_path / "triage.db"),
    }
    script = OUTAGE / "record.sh"
    done = subprocess.run(
        ["sh", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, "triage:" in done.stderr) == (0, False), done.stderr
