"""Refreshing issues and PRs: what their forge says of them, recorded where the record says otherwise."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from triage.encoding import visible
from triage.events import Event
from triage.forge import Answer, Forge, Known, ask, asked_of
from triage.refs import Home, Ref
from triage.report import Issue, Report
from triage.report.hosts import Hosts
from triage.store import Store
from triage.usecases.recorder import Place, Recorder, Said

AT_ONCE = 4
"""Requests that one host gets at a time."""

Forges = Callable[[str], Forge | None]
"""Gives the forge of a host, or None for one that is not to be asked."""


class Refreshed(NamedTuple):
    """A reference of a journal, what its forge says, and the event that records it: None where it is known.

    ``problem`` says why it could not be fetched, or is ''; ``changed`` are the fields that differed.
    """

    place: Place
    ref: str
    known: Known | None
    event: Event | None = None
    changed: Mapping[str, Any] = {}
    problem: str = ""


def refresh(
    recorder: Recorder,
    store: Store,
    places: Sequence[Place],
    refs: Sequence[str],
    *,
    home: Callable[[], Home | None],
    forges: Forges,
) -> Iterator[Refreshed]:
    """Fetch what the journals name, or the ``refs``, and record what is new, one journal after the other.

    ``home`` is asked only where a reference does not name its repository.
    """
    records = {place: _Record(list(store.events(place.journal)), refs) for place in places}
    wanted = {place: list(refs) or record.references() for place, record in records.items()}
    at_home = home() if any("://" not in ref for each in wanted.values() for ref in each) else None
    asked = {
        (place, ref): asked_of(ref, at_home, records[place].hosts.of)
        for place in places
        for ref in wanted[place]
    }
    answers = _fetched([each for each in dict.fromkeys(asked.values()) if each], forges)
    for place in places:
        here = recorder.moved(place)
        for ref in wanted[place]:
            target = asked[place, ref]
            answer = answers[target] if target else Answer(problem=_FOREIGN if "://" in ref else _HOMELESS)
            yield _recorded(here, records[place], ref, answer)


_HOMELESS = "nothing says in which repository it is: set issue_url in triage.toml"
_FOREIGN = (
    "it is no address of an issue or a PR as GitHub or GitLab has them: https://HOST/OWNER/REPO/issues/1140"
)


class _Record:
    """What a journal says of issues and PRs so far; ``refs`` are those that are asked for besides."""

    def __init__(self, events: Sequence[Event], refs: Iterable[str]) -> None:
        self._report = Report.from_events(events)
        self.hosts = Hosts(self._report.hosts).followed_by(refs)
        every = (issue for part in self._report.parts for issue in part.issues)
        self._issues = {self.hosts.entity(issue.ref): issue for issue in every}
        self._said: dict[str, str] = {}
        for event in events:
            if event.kind == "issue" and event.body:
                key, at = self.hosts.entity(event.body["ref"]), event.at or event.recorded_at
                self._said[key] = max(at, self._said.get(key, ""))

    def references(self) -> list[str]:
        """The issues and PRs that it names, each as it is written there first."""
        blockers = (blocker for part in self._report.parts for blocker in part.blockers)
        named = [ref for blocker in blockers for ref in (blocker.pr, blocker.issue)]
        every = (*(issue.ref for issue in self._issues.values()), *named, *self._report.related)
        return list(self.hosts.once(ref for ref in every if ref).values())

    def issue(self, ref: str) -> Issue | None:
        """What it says of one; None where it only names it."""
        return self._issues.get(self.hosts.entity(ref))

    def since(self, ref: str, known: Known, now: str) -> str:
        """When a state came about, where that fits the record; '' is now.

        What was closed before the journal was opened has no time in it: that would be a row before its first.
        """
        if known.state == "open" or not known.at or known.at > now:
            return ""
        if known.at < (self._report.main.at or ""):
            return "" if self.hosts.entity(ref) in self._said else "unknown"
        return known.at if known.at > self._said.get(self.hosts.entity(ref), "") else ""


def _fetched(asked: Iterable[Ref], forges: Forges) -> dict[Ref, Answer]:
    """The answers, a few requests to a host at a time; what holds for all ends the asking of that host."""
    answers: dict[Ref, Answer] = {}
    for host, some in groupby(sorted(asked), key=lambda each: each.host):
        forge = forges(host)
        if forge is None:
            answers |= dict.fromkeys(some, Answer(problem=_unknown(host)))
            continue
        halted: list[Answer] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            mine = list(some)
            answers |= zip(mine, pool.map(partial(_one, forge, halted), mine), strict=True)
    return answers


def _one(forge: Forge, halted: list[Answer], asked: Ref) -> Answer:
    if halted:
        return halted[0]
    answer = ask(forge, asked)
    if answer.halts:
        halted.append(answer)
    return answer


def _unknown(host: str) -> str:
    return f"{host} is no forge that is known: name its API under [forges] in your own configuration"


def _recorded(recorder: Recorder, record: _Record, ref: str, answer: Answer) -> Refreshed:
    """Record where the forge says something else than the record does."""
    if answer.known is None:
        return Refreshed(recorder.place, ref, None, problem=answer.problem)
    before = record.issue(ref)
    changed = _changed(recorder, before, answer.known)
    if not changed:
        return Refreshed(recorder.place, ref, answer.known)
    at = record.since(ref, answer.known, recorder.now()) if "state" in changed else ""
    written = before.ref if before else ref
    fields = {"ref": written, **changed, "source": answer.known.source}
    event = recorder.record(Said("issue", fields, at=at))
    return Refreshed(recorder.place, written, answer.known, event, changed)


def _changed(recorder: Recorder, before: Issue | None, known: Known) -> dict[str, str]:
    """The fields that differ, as they would be recorded: a secret in a title is no difference again."""
    title = recorder.scrubbed(str(visible(" ".join(known.title.split()))))
    now = {"title": title, "type": known.type, "state": known.state, "url": known.url}
    said = {name: getattr(before, name) if before else "" for name in now}
    return {name: value for name, value in now.items() if value and value != said[name]}
