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
_NAME = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DATE = re.compile(
    rf"(?<![\w.-]){_DAY}(?:"
    r"(?P<year>[12]\d{3})-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?=[T\s,:;).—–-]|$)"
    rf"|(?P<name>{_NAME})\.?\s+(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year2>[12]\d{{3}})"
    rf"|(?P<day3>[0-3]?\d)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name3>{_NAME})\.?,?\s+(?P<year3>[12]\d{{3}}))",
    re.IGNORECASE | re.ASCII,
)
_CLOCK = (
    r"(?<![\d:])(?P<about>~|≈|approx(?:imately|\.)?|about|around|circa|ca\.|c\.)?\s*"
    r"(?:(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,](?P<fraction>\d{1,6}))?)?"
    r"(?:\s?(?P<half>[ap]\.?m\b\.?))?|(?P<hour12>1?\d)\s?(?P<half12>[ap]\.?m\b\.?))"
)
_OFFSET = rf"\s?\(?(?P<zone>{'|'.join(ZONES)}|[+-][01]\d:?[0-5]\d)\b\)?"
_TIME = re.compile(rf"{_CLOCK}(?:{_OFFSET})?(?!:?\d)", re.IGNORECASE | re.ASCII)
_TIME_ALONE = re.compile(rf"{_CLOCK}(?:(?!-\d\d:){_OFFSET})?(?!:?\d)", re.IGNORECASE | re.ASCII)
"""A time after no date, where 10:00-11:00 is from one time to another, and no offset."""
_ZONE = re.compile(rf"\b(?P<zone>{'|'.join(zone for zone in ZONES if len(zone) > 1)})\b")
_ALL_TIMES = re.compile(rf"\b[Tt]im(?:es?|estamps?|ings?)\b[^.\n]{{0,30}}?{_ZONE.pattern}")
_OPENING = re.compile(r"^[\s*_\[(`]*(?:(?:at|on)\s+)?", re.IGNORECASE)
_SEPARATOR = re.compile(r"^[\s*_`\]),.:;|–—-]+")
_BETWEEN = re.compile(r"^[\sT,(]+(?:at\s+)?|^\s*[–—-]\s+", re.IGNORECASE)
HALF = 12 * 60
DAY_US = 86_400_000_000


class Stamp(NamedTuple):
    """A time that begins a text: when, and what follows it."""

    when: When
    rest: str


class _Found(NamedTuple):
    """A time as it is written: its date, or '', what its clock says, and what follows."""

    date: str
    clock: re.Match[str] | None
    rest: str


def begins(text: str) -> bool:
    """Whether a text begins with a time of day, with or without a date."""
    found = _find(text)
    return found is not None and found.clock is not None


_WORDY = re.compile(r"^[\s*_\[(`]*(?:at|on|about|around|approx\w*|circa|ca)\b", re.IGNORECASE)


def opens(text: str) -> bool:
    """Whether a line begins with a time such as 04:10, perhaps after a date, as no sentence does."""
    found = _find(text)
    return (
        found is not None and found.clock is not None and bool(found.clock["hour"]) and not _WORDY.match(text)
    )


def date_in(text: str) -> str:
    """The first date of a text as YYYY-MM-DD, or ''."""
    return next((iso for found in _DATE.finditer(text) if (iso := _iso(found))), "")


_DAY_ALONE = re.compile(
    rf"^\W*(?:all\s+)?(?:times\s+)?(?:are\s+|given\s+|shown\s+)*(?:in\s+)?(?:{'|'.join(ZONES)})?\W*$",
    re.IGNORECASE,
)


def tells_day_alone(text: str) -> bool:
    """Whether a text tells a day, or a zone, and nothing else: ``2026-03-14 (all times UTC)``."""
    return bool(_DAY_ALONE.match(_DATE.sub("", text)))


class Clock:
    """Reads the times of a page in order: a date and a zone hold until another is told.

    ``seen`` are the instants that it read, with their lines; ``assumed`` says that nobody told its date.
    """

    def __init__(self, date: str = "", zone: int = 0, *, assumed: bool = False) -> None:
        self.date = date
        self.assumed = assumed
        self.zone = zone
        self.seen: list[tuple[str, int]] = []
        self._last = -1

    def told(self, text: str) -> None:
        """Take the date, and the zone, that a heading or a header tells."""
        self.told_date(text)
        zone = _ZONE.search(text)
        if zone:
            self.zone = ZONES[zone["zone"]]

    def told_date(self, text: str) -> None:
        """Take the first date of a text."""
        date = date_in(text)
        if date:
            self._set(date)

    def _set(self, date: str) -> None:
        self.date, self.assumed, self._last = date, False, -1

    def told_zone(self, text: str) -> bool:
        """Take the zone that a sentence tells for all times; whether the text tells nothing else."""
        found = _ALL_TIMES.search(text)
        if found:
            self.zone = ZONES[found["zone"]]
        return found is not None and tells_day_alone(text)

    def read(self, text: str, *, line: int = 0) -> Stamp | None:
        """The time with which a text begins, after brackets and emphasis; None where it begins with none."""
        found = _find(text)
        if found is None:
            return None
        if found.date:
            self._set(found.date)
        rest = _SEPARATOR.sub("", found.rest)
        if found.clock is None:
            return Stamp(When(f"{self.date}T00:00:00.000000Z", "day"), rest)
        return Stamp(self._when(found.clock, line), rest)

    def _when(self, clock: re.Match[str], line: int) -> When:
        hour = _hour(clock)
        minute = hour * 60 + int(clock["minute"] or 0)
        if not self.date:
            return When(None, "unknown")
        if self._last - minute > HALF:
            self.date = times.plus_us(f"{self.date}T00:00:00.000000Z", DAY_US)[:10]
        self._last = minute
        second, fraction = clock["second"] or "00", f"{clock['fraction'] or '':0<6}"
        local = f"{self.date}T{hour:02}:{clock['minute'] or '00'}:{second}.{fraction}Z"
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


def _find(text: str) -> _Found | None:
    """The date and the clock with which a text begins."""
    bare = text[_OPENING.match(text).end() :] if _OPENING.match(text) else text  # type: ignore[union-attr]
    dated = _DATE.match(bare)
    date = _iso(dated) if dated else ""
    if dated and not date:
        return None
    rest = _BETWEEN.sub("", bare[dated.end() :], count=1) if dated else bare
    clock = (_TIME if dated else _TIME_ALONE).match(rest)
    if clock is not None and _hour(clock) > 23:
        clock = None
    if clock is None:
        return _Found(date, None, bare[dated.end() :]) if dated else None
    rest = rest[clock.end() :]
    after = re.match(r"\s*(?:on|,)?\s+", rest)
    later = _DATE.match(rest, after.end()) if after and not dated else None
    if later and _iso(later):
        return _Found(_iso(later), clock, rest[later.end() :])
    return _Found(date, clock, rest)


def _hour(clock: re.Match[str]) -> int:
    half = clock["half"] or clock["half12"]
    hour = int(clock["hour"] or clock["hour12"])
    if not half:
        return hour
    return hour % 12 + 12 * (half[0] in "pP") if 0 < hour <= 12 else 24


def _iso(found: re.Match[str]) -> str:
    """The date of a match, or '' where there is no such day."""
    if found["year"]:
        iso = f"{found['year']}-{found['month']}-{found['day']}"
    else:
        name = (found["name"] or found["name3"]).lower()[:3]
        day, year = found["day2"] or found["day3"], found["year2"] or found["year3"]
        iso = f"{year}-{_MONTHS.index(name) + 1:02}-{int(day):02}"
    return iso if iso > "1970-01-01" and times.is_instant(f"{iso}T00:00:00.000000Z") else ""
