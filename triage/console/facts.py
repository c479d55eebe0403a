"""What the commands of issues, observations, prose and references do."""

from typing import Any

from triage import refs
from triage.console.call import Call
from triage.usecases import facts as verbs


def issue(call: Call, ref: str, state: str | None = None, note: str | None = None, **fields: Any) -> None:
    """Record the state of an issue or a PR."""
    recorder = call.recorder()
    event = verbs.issue(recorder, ref, state, note, call.fields(recorder, "issue", fields))
    body = event.body or {}
    what = " ".join(part for part in (body["ref"], state, note) if part)
    is_pr = state == "merged" or refs.is_request(body["ref"])
    type = body.get("type") or ("pr" if is_pr else "issue")
    call.answer(recorder.place, event, f"{'PR' if type == 'pr' else 'issue'} {what}")


def observe(call: Call, words: tuple[str, ...], expect_exact: str | None = None, **fields: Any) -> None:
    """Record one row of a table."""
    recorder = call.recorder()
    parsed = call.fields(recorder, "observation", fields)
    if expect_exact is not None:
        parsed |= {"expected": expect_exact, "exact": True}
    event = verbs.observe(recorder, words, parsed)
    body = event.body or {}
    before = verbs.replaced(recorder, event)
    cells = ", ".join(_cell(label, value, before.get(label)) for label, value in body["cells"])
    met = verbs.is_met(event)
    unmet = f" ✗ expected {body['expected']}" if met is False else ""
    call.answer(recorder.place, event, f"{body.get('table', 'Final state')}: {cells}{unmet}", met=met)


def _cell(label: str, value: str, before: str | None) -> str:
    return f"{label}={value}".lstrip("=") + (f" (it was {before})" if before else "")


def section(call: Call, heading: str, body: str | None = None, **fields: Any) -> None:
    """Record prose under a heading."""
    recorder = call.recorder()
    event = verbs.section(recorder, heading, body, call.fields(recorder, "section", fields))
    path = (event.body or {})["heading"]
    what = f"section {' > '.join(path)}: {len(body or '')} characters"
    call.answer(recorder.place, event, what)


def ref(call: Call, url: str, title: str | None = None, **fields: Any) -> None:
    """Record an address and what is found there."""
    recorder = call.recorder()
    event = verbs.reference(recorder, url, title, call.fields(recorder, "reference", fields))
    call.answer(recorder.place, event, f"reference {url}")
