"""`triage check` and `triage waive` on the command line."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from triage import config, times
from triage.check import ERROR, RULES, SEVERITIES, Finding
from triage.cli.command import argument, command
from triage.cli.exchange import is_page
from triage.console.call import Call
from triage.console.speech import has_colours, note, plain, say, say_json, shortened
from triage.usecases import checking
from triage.usecases.checking import Checked
from triage.usecases.places import existing

FORMATS = ("text", "json", "github")


@command("check", records=False)
@click.argument("names", nargs=-1, metavar="[SLUG|PAGE.md]...")
@click.option("--all", "every", is_flag=True, help="All journals of the store.")
@click.option("--only", multiple=True, metavar="CODE", help="These rules alone: TR404, TR4.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    help="Besides the usual rules, these that judge wording: TR901, TR9.",
)
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave rules out.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How findings are told.")
@click.option("--rules", is_flag=True, help="List the rules, and check nothing.")
def check_command(
    call: Call,
    names: tuple[str, ...],
    every: bool,
    only: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    rules: bool,
    **_: Any,
) -> None:
    """Look for contradictions, gaps and claims without proof; exit 1 where there is an error.

    A page in Markdown is checked by what can be read from it, line by line. A finding that is all right is
    waived with `triage waive`. docs/checks has a page for every rule.

    \b
    triage check
    triage check velvet-first-deploy --select TR9 --ignore TR204
    triage check --all --only TR404 --only TR7
    triage check --all --format github
    triage check postmortem.md
    """
    codes = checking.codes_of(select, ignore, only)
    form = "json" if call.json else form
    if rules:
        _say_rules(codes, form)
        return
    checked = list(_checked(call, names, codes, every=every))
    for one in checked:
        for finding in one.findings:
            _TELL[form](one, finding)
    _count([finding for one in checked for finding in one.findings], sum(one.waived for one in checked))
    if any(finding.severity == ERROR for one in checked for finding in one.findings):
        sys.exit(1)


def _checked(call: Call, names: Sequence[str], codes: frozenset[str], *, every: bool) -> Iterator[Checked]:
    if every:
        store = call.store()
        yield from (checking.journal(store, row, call.redactor, codes) for row in store.journals())
        return
    for name in names or ("",):
        if is_page(name):
            yield _page(call, name, codes)
        else:
            row = existing(call.store(), call.place(name).journal)
            yield checking.journal(call.store(), row, call.redactor, codes)


def _page(call: Call, name: str, codes: frozenset[str]) -> Checked:
    from triage.usecases import checking_page, importing
    from triage.usecases.facts import read_output

    text = b"".join(read_output(name)).decode("utf-8", "surrogateescape")
    now = times.from_timestamp_us(config.clock())
    found = checking_page.check_page(importing.shown(text), name, codes, call.redactor, now=now)
    return Checked(name, tuple(found), 0, {})


def _say_rules(codes: Iterable[str], form: str) -> None:
    for code in sorted(codes):
        rule = RULES[code]
        if form == "json":
            say_json({"code": code, "name": rule.name, "severity": rule.severity, "title": rule.title})
        else:
            say(f"{code} {rule.severity:<7} {rule.name}: {rule.title}")


def _count(found: Sequence[Finding], waived: int) -> None:
    told = [
        f"{n} {word}{'s'[: n != 1]}" for word in SEVERITIES if (n := sum(f.severity == word for f in found))
    ]
    told += [f"{waived} waived"] if waived else []
    note(", ".join(told) or "nothing found")


def _message(finding: Finding) -> str:
    where = f" in {finding.field}" if finding.field else ""
    return plain(f"{finding.said!r}{where}; the record: {finding.record}")


def _where(checked: Checked, finding: Finding) -> str:
    place = f"line {finding.line}" if finding.line else checked.names.get(finding.event, "")
    return f"{checked.slug} {place}".rstrip()


def _tell_text(checked: Checked, finding: Finding) -> None:
    on, off = (COLOURS[finding.severity], "\x1b[0m") if has_colours() else ("", "")
    place = f"{checked.slug}:{finding.line}" if finding.line else _where(checked, finding)
    say(f"{place}  {finding.code} {on}{finding.severity}{off}  {RULES[finding.code].name}")
    field = f", in {finding.field}" if finding.field else ""
    say(plain(f"    said    {finding.said!r}{field}"))
    say(plain(f"    record  {finding.record}"))
    if not finding.line:
        say(plain(f"    fix     {finding.fix}"))


COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}


def _tell_json(checked: Checked, finding: Finding) -> None:
    value = finding._asdict() | {
        "journal": checked.slug,
        "event": checked.names.get(finding.event, ""),
        "id": finding.event,
        "name": RULES[finding.code].name,
    }
    say_json(value)


def _tell_github(checked: Checked, finding: Finding) -> None:
    """A workflow command of GitHub Actions, which shows it beside the change."""
    level = {"error": "error", "warning": "warning", "info": "notice"}[finding.severity]
    place = f"file={_property(checked.slug)},line={finding.line}," if finding.line else ""
    title = _property(f"{finding.code} {RULES[finding.code].name}")
    where = "" if finding.line else f"{_where(checked, finding)}: "
    message = f"{where}{_message(finding)}; fix: {plain(finding.fix)}"
    say(f"::{level} {place}title={title}::{_data(message)}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_TELL = {"text": _tell_text, "json": _tell_json, "github": _tell_github}


@command("waive")
@argument("code", text=False)
@argument("event", text=False)
@argument("reason")
def waive_command(call: Call, code: str, event: str, reason: str, **_: Any) -> None:
    """Say that what a rule finds of an event is all right, and why; it is recorded.

    What the event says then is waived, not what it may say after an amendment.

    \b
    triage waive TR601 last 'the runbook is being written'
    """
    recorder = call.recorder()
    for act in checking.waive(recorder, code, event, reason):
        call.answer(recorder.place, act, f"waived {code} of {event}: {shortened(plain(reason))}")
