"""Times as pages write them: with a date or on one that was told before, in a zone that a heading told."""

import re
from typing import NamedTuple

from triage import times
from triage.times import When

ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "PST": -480, "PDT": -420, "MST": -420, "MDT": -360, "CST": -360, "CDT": -300,
    "EST": -300, "EDT": -240, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "IST": 330,
    "JST": 540, "AEST": 600, "AEDT": 660,
}  # fmt: skip
"""Minutes east of UTC, by the abbreviations that pages of this field use."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ABOUT = r"(?P<about>~|≈|approx(?:imately|\.)?|about|around|circa|ca\.|c\.)?\s*"
_CLOCK = r"(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,6}))?)?"
_ZONE = rf"(?:\s?(?P<zone>{'|'.join(ZONES)}|[+-][01]\d:?[0-5]\d)\b)?"
_DATE = re.compile(
    r"(?<![\d.-])(?:(?P<year>[12]\d{3})-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?=[T\s,:;).—–-]|$)"
    r"|(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?\s+(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year2>[12]\d{3})"
    r"|(?P<day3>[0-3]?\d)\s+(?P<name3>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?,?\s+(?P<year3>[12]\d{3}))",
    re.IGNORECASE,
)
_TIME = re.compile(rf"(?<![\d:]){_ABOUT}{_CLOCK}(?:\s?(?P<half>am|pm)\b)?{_ZONE}(?!:?\d)", re.IGNORECASE)
_SEPARATOR = re.compile(r"^[\s*_\]),.:;|–—-]+")
HALF = 12 * 60


class Stamp(NamedTuple):
    """A time that begins a text: when, and what follows it."""

    when: When
    rest: str


class Clock:
    """Reads the times of a page in order: a date and a zone hold until another is told."""

    def __init__(self, date: str = "", zone: int = 0) -> None:
        self.date = date
        self.zone = zone
        self.seen: list[tuple[str, int]] = []
        self._last = -1

    def told(self, text: str) -> None:
        """Take the date, and the zone, that a heading or a header tells."""
        found = date_in(text)
        if found:
            self.date, self._last = found, -1
        zone = re.search(r"\b(UTC|GMT|[A-Z]{2,3}[SD]T|CET|CEST)\b", text)
        if zone and zone[1] in ZONES:
            self.zone = ZONES[zone[1]]

    def read(self, text: str, *, line: int = 0) -> Stamp | None:
        """The time with which a text begins, after brackets and emphasis; None where it begins with none."""
        bare = re.sub(r"^[\s*_\[(`]+|^(?:at|on)\s+", "", text, flags=re.IGNORECASE)
        found = _DATE.match(bare)
        rest = bare[found.end() :] if found else bare
        if found:
            self.date, self._last = _iso(found), -1
            rest = re.sub(r"^[\sT,]+(?:at\s+)?", "", rest)
        clock = _TIME.match(rest)
        if clock is None:
            if not found:
                return None
            return Stamp(When(f"{self.date}T00:00:00.000000Z", "day"), _SEPARATOR.sub("", rest))
        rest = rest[clock.end() :]
        after = re.match(r"\s*(?:on|,)\s+", rest)
        dated = _DATE.match(rest, after.end()) if after and not found else None
        if dated:
            self.date, self._last, rest = _iso(dated), -1, rest[dated.end() :]
        rest = _SEPARATOR.sub("", rest)
        return Stamp(self._when(clock, line), rest)

    def _when(self, clock: re.Match[str], line: int) -> When:
        hour = (
            int(clock["hour"]) % 12 + 12 * (clock["half"].lower() == "pm")
            if clock["half"]
            else int(clock["hour"])
        )
        minute = hour * 60 + int(clock["minute"])
        if not self.date or hour > 23:
            return When(None, "unknown")
        if self._last - minute > HALF:
            self.date = times.plus_us(f"{self.date}T00:00:00.000000Z", 86_400_000_000)[:10]
        self._last = minute
        second, fraction = clock["second"] or "00", f"{clock['fraction'] or '':0<6}"
        local = f"{self.date}T{hour:02}:{clock['minute']}:{second}.{fraction}Z"
        at = times.plus_us(local, -self._zone_of(clock) * 60_000_000)
        self.seen.append((at, line))
        if clock["about"]:
            return When(at, "approximate")
        return When(at, "exact" if clock["second"] else "minute")

    def _zone_of(self, clock: re.Match[str]) -> int:
        zone = clock["zone"]
        if not zone:
            return self.zone
        if zone.upper() in ZONES:
            return ZONES[zone.upper()]
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return minutes if zone[0] == "+" else -minutes


def date_in(text: str) -> str:
    """The first date of a text as YYYY-MM-DD, or ''."""
    found = _DATE.search(text)
    return _iso(found) if found else ""


def _iso(found: re.Match[str]) -> str:
    if found["year"]:
        iso = f"{found['year']}-{found['month']}-{found['day']}"
    else:
        name = (found["name"] or found["name3"]).lower()[:3]
        day, year = found["day2"] or found["day3"], found["year2"] or found["year3"]
        iso = f"{year}-{_MONTHS.index(name) + 1:02}-{int(day):02}"
    return iso if times.is_instant(f"{iso}T00:00:00.000000Z") else ""
