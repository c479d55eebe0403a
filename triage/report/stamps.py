"""The time that an output itself tells: from the first of its timestamps to the last.

Read are RFC 3339 and ISO 8601 (a ``T`` or a blank between, a point or a comma before the fraction), the logs
of Apache and nginx, syslog, and a clock alone at the beginning of a line.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from triage.encoding import decoded
from triage.report.shapes import Evidence

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<clock>[0-2]\d:[0-5]\d:[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?(?!\d)"
_FORMS = (
    re.compile(
        r"(?<!\d)(?P<year>[12]\d{3})[-/](?P<month>[01]\d)[-/](?P<day>[0-3]\d)[T ]"
        + _CLOCK
        + r"(?P<offset> ?Z| ?[+-]\d\d:?\d\d)?"
    ),
    re.compile(
        rf"(?<!\d)(?P<day>[0-3]\d)/(?P<name>{'|'.join(_MONTHS)})/(?P<year>[12]\d{{3}}):{_CLOCK}"
        r"(?P<offset> [+-]\d{4})?"
    ),
    re.compile(rf"^(?P<name>{'|'.join(_MONTHS)}) {{1,2}}(?P<day>\d{{1,2}}) {_CLOCK}", re.MULTILINE),
    re.compile(rf"^\[?{_CLOCK}", re.MULTILINE),
)
_DAY = timedelta(days=1)


def span_us(item: Evidence, containing: str = "") -> int | None:
    """Microseconds from the first timestamp of an output to its last; None where it has not two.

    ``containing`` leaves only the lines that have this text. All timestamps are of one form. A clock alone
    that goes back has passed midnight.
    """
    if not item.output:
        return None
    text = decoded(item.output)
    if containing:
        text = "\n".join(line for line in text.split("\n") if containing in line)
    for form in _FORMS:
        found = [moment for moment in map(_moment, form.finditer(text)) if moment is not None]
        if len(found) > 1:
            span = found[-1] - found[0]
            if span < timedelta(0) and form is _FORMS[-1]:
                span += _DAY
            return span // timedelta(microseconds=1) if span >= timedelta(0) else None
    return None


def _moment(found: re.Match[str]) -> datetime | None:
    parts = {"year": "1972", "month": "", "name": "", "day": "01", "offset": ""} | {
        name: text for name, text in found.groupdict().items() if text
    }
    month = parts["month"] or (f"{_MONTHS.index(parts['name']) + 1:02}" if parts["name"] else "01")
    fraction = f"{parts.get('fraction', '')[:6]:0<6}"
    offset = parts["offset"].strip().replace("Z", "") or "+00:00"
    try:
        written = f"{parts['year']}-{month}-{int(parts['day']):02}T{parts['clock']}.{fraction}{offset}"
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
