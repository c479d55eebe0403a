"""Instants: the forms in which people give them, and the forms in which documents show them.

Inside the program an instant is a fixed-width UTC text, ``2026-05-05T04:10:37.530000Z``: 27 characters that
sort in order of time.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from triage.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import UTC, datetime, timedelta
else:
    try:
        # CPython's own; the module datetime would make all of it in Python first, 1 ms of every command.
        from _datetime import UTC, datetime, timedelta
    except ImportError:
        from datetime import UTC, datetime, timedelta

FORMS = (
    "04:10, 4:10, 04:10:37, 04:10Z, 2026-05-05 04:10, 2026-05-05T04:10:37Z, -5m, 10m ago, 2 hours ago, now, "
    "~17:00, 2026-05-05, unknown"
)
EARLY = 5 * 60 * 1_000_000
"""Microseconds that a time may lie ahead of the clock: clocks differ a little."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONG = {"minute": "m", "minutes": "m", "hour": "h", "hours": "h", "day": "d", "days": "d"}
"""Units that are written out, before ``ago``."""
WIDTH = 27


class When(NamedTuple):
    """An instant, or None where it is unknown, and how precise it is."""

    at: str | None
    precision: str


def parse_at(text: str, *, now: str, day: str | None = None) -> When:
    """The instant that a form of ``--at`` means; times without an offset are UTC.

    ``day`` is the date that a clock time belongs to; without it, the latest such time not after ``now``
    counts. Raises `InvalidValue` for what is none of the forms, for what lies more than five minutes after
    ``now``, and for what lies before 1970.
    """
    form = text.strip()
    if form == "unknown":
        return When(None, "unknown")
    approximate = form.startswith("~")
    found = _read(form.removeprefix("~").strip(), now, day, text)
    if found.at is not None and to_us(found.at) > to_us(now) + EARLY:
        raise InvalidValue(
            f"the time {text!r:.60} lies ahead: {show(found.at, found.precision)}",
            hint=f"it is {show(now, 'exact')}; give the date, or an offset",
        )
    return When(found.at, "approximate") if approximate else found


def _read(form: str, now: str, day: str | None, text: str) -> When:
    if form == "now":
        return When(now, "exact")
    if form.startswith("-"):
        return _ago(form.removeprefix("-").removesuffix(" ago").strip(), now, text)
    if form.endswith(" ago"):
        return _ago(_short(form.removesuffix(" ago").strip()), now, text)
    try:
        if "-" not in form:
            return _clock(form, now, day)
        return _date(form)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error


def _unreadable(text: str) -> InvalidValue:
    clock, plus, _ = text.strip().partition("+")
    meant = f"-{text.strip():.20}" if _seconds(text.strip()) else _clock_meant(text.strip())
    if meant:
        hint = f"did you mean {meant}?"
    elif plus and ":" in clock and "-" not in clock:
        hint = "a time with an offset needs its date: 2026-05-05T04:10:00+02:00"
    else:
        hint = f"one of: {FORMS}"
    return InvalidValue(f"cannot read the time {text!r:.60}", hint=hint)


def _clock_meant(text: str) -> str:
    """The clock time that ``4:10pm`` or ``0410`` may mean, or ''."""
    bare = text.casefold().replace(" ", "")
    half = bare[-2:] if bare.endswith(("am", "pm")) else ""
    clock = bare.removesuffix(half)
    if not half and len(clock) != 4:
        return ""
    hour, minute = clock[:-2].removesuffix(":").rjust(2, "0"), clock[-2:]
    if not (_two_digits(hour) and _two_digits(minute) and minute < "60"):
        return ""
    if not half:
        return f"{hour}:{minute}" if hour < "24" else ""
    return f"{int(hour) % 12 + 12 * (half == 'pm'):02}:{minute}" if "01" <= hour <= "12" else ""


def _short(span: str) -> str:
    """``10m`` for ``10 minutes``; any other span as it is."""
    count, _, unit = span.partition(" ")
    return f"{count}{LONG[unit]}" if unit in LONG and count.isdigit() else span


def _ago(span: str, now: str, text: str) -> When:
    seconds = _seconds(span)
    if seconds is None or to_us(now) < seconds * 1_000_000:
        raise _unreadable(text)
    return When(from_timestamp_us(to_us(now) - seconds * 1_000_000), "exact" if "s" in span else "minute")


def _seconds(span: str) -> int | None:
    """The seconds of ``1h30m``: numbers with units, one after the other; None for anything else."""
    seconds, digits = 0, ""
    for character in span.replace(" ", ""):
        if character.isascii() and character.isdigit() and len(digits) < 9:
            digits += character
        elif character in UNITS and digits:
            seconds += int(digits) * UNITS[character]
            digits = ""
        else:
            return None
    return None if digits or not span else seconds


def parse_span(text: str, name: str) -> int:
    """The seconds of ``90s``, ``5m`` or ``1h30m``; a number alone is seconds. `InvalidValue` otherwise."""
    seconds = _seconds(text + "s" if text.isascii() and text.isdigit() else text)
    if not seconds:
        raise InvalidValue(f"{name} cannot be {text!r:.40}", hint="give it as 90s, 5m or 1h30m")
    return seconds


def _clock(form: str, now: str, day: str | None) -> When:
    """``04:10``, ``4:10``, ``04:10Z`` or ``04:10:37``: on the given day, else the latest one that is past."""
    form = form.removesuffix("Z").removesuffix("z")
    form = f"0{form}" if form[1:2] == ":" else form
    precision = _clock_precision(form)
    if day:
        return When(_instant(f"{_checked_day(day)}T{_whole(form)}", "+00:00"), precision)
    at = _instant(f"{now[:10]}T{_whole(form)}", "+00:00")
    if to_us(at) > to_us(now) + EARLY:
        at = plus_us(at, -86400 * 1_000_000)
    return When(at, precision)


def _clock_precision(form: str) -> str:
    parts = form.split(":")
    if not (2 <= len(parts) <= 3 and all(_two_digits(part) for part in parts)):
        raise ValueError(form)
    return "minute" if len(parts) == 2 else "exact"


def _two_digits(part: str) -> bool:
    return len(part) == 2 and part.isascii() and part.isdigit()


def _whole(form: str) -> str:
    return form if form.count(":") == 2 else f"{form}:00"


def _checked_day(day: str) -> str:
    try:
        if len(day) == 10:
            datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
            return day
    except ValueError:
        pass
    raise InvalidValue(f"TRIAGE_DATE is no date: {day!r:.40}", hint="write it as 2026-05-05")


def _date(form: str) -> When:
    """``2026-05-05``, with a time or without, with an offset or without."""
    if not form.isascii() or len(form) < 10:
        raise ValueError(form)
    day, rest = form[:10], form[10:]
    if not rest:
        return When(_past_1970(parse_day(day)), "day")
    if rest[0] not in "Tt ":
        raise ValueError(form)
    clock, offset = _without_offset(rest[1:])
    if _two_digits(clock[:2]) and len(clock) == 5:
        return When(_instant(f"{day}T{clock}:00", offset), "minute")
    return When(_instant(f"{day}T{clock}", offset), "exact")


def parse_day(day: str) -> str:
    """The instant at which a UTC date begins; ValueError where it is no date."""
    if day[4:5] != "-" or day[7:8] != "-":
        raise ValueError(day)
    return _text(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC))


def _without_offset(clock: str) -> tuple[str, str]:
    if clock[-1:] in ("Z", "z"):
        return clock[:-1], "+00:00"
    if len(clock) > 6 and clock[-6] in "+-":
        return clock[:-6], clock[-6:]
    return clock, "+00:00"


def _instant(local: str, offset: str) -> str:
    """``2026-05-05T04:10:37[.fraction]`` at an offset; fractions are cut at six digits."""
    whole, mark, fraction = local.partition(".")
    if mark and not (fraction.isdigit() and len(whole) == 19):
        raise ValueError(local)
    if len(whole) != 19 or whole[13] != ":" or whole[16] != ":":
        raise ValueError(local)
    micro = f"{fraction[:6]:0<6}"
    return _past_1970(_text(datetime.fromisoformat(f"{whole}.{micro}{offset}")))


def _past_1970(at: str) -> str:
    if at < "1970":
        raise InvalidValue(f"the time {at[:10]} lies before 1970", hint="check the year")
    return at


def parse_rfc3339(text: str) -> str:
    """The fixed-width form of an RFC 3339 date and time with an offset; `InvalidValue` otherwise."""
    try:
        return _with_offset(text)
    except (ValueError, IndexError, OverflowError) as error:
        raise InvalidValue(
            f"{text!r:.60} is no RFC 3339 time", hint="write it as 2026-05-05T04:10:37Z"
        ) from error


def _with_offset(text: str) -> str:
    clock, offset = _without_offset(text[11:])
    if not text.isascii() or len(clock) == len(text[11:]) or text[10] not in "Tt ":
        raise ValueError(text)
    return _instant(f"{text[:10]}T{clock}", offset)


def is_instant(text: object) -> bool:
    """Whether this is the fixed-width form of a real instant."""
    if not isinstance(text, str) or len(text) != WIDTH or not text.endswith("Z"):
        return False
    try:
        return parse_rfc3339(text) == text
    except InvalidValue:
        return False


def from_timestamp_us(us: int) -> str:
    """The instant of microseconds since 1970."""
    second, rest = divmod(us, 1_000_000)
    return f"{_second(second)}.{rest:06d}Z"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    """The instant of seconds since 1970, without its fraction."""
    return _text(EPOCH + timedelta(seconds=seconds))[:-8]


def to_us(at: str) -> int:
    """Microseconds since 1970."""
    return (datetime.fromisoformat(at) - EPOCH) // MICROSECOND


def plus_us(at: str, us: int) -> str:
    """The instant some microseconds later."""
    return from_timestamp_us(to_us(at) + us)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def show_day(at: str) -> str:
    """``2026-05-05``."""
    return at[:10]


def show_clock(at: str, precision: str) -> str:
    """``04:10``, or ``~04:10`` for an approximate time."""
    return f"~{at[11:16]}" if precision == "approximate" else at[11:16]


def show(at: str | None, precision: str, *, seconds: bool = False) -> str:
    """``2026-05-05 04:10 UTC``; the day alone for that precision; ``unknown`` for None."""
    if at is None:
        return "unknown"
    if precision == "day":
        return show_day(at)
    clock = at[11:19] if seconds and precision == "exact" else show_clock(at, precision)
    return f"{show_day(at)} {clock} UTC"


def duration(us: int) -> str:
    """``3h 4m``, ``2d 5h``, ``1m 5s``, ``42s``, ``131 ms``: the two greatest units."""
    if us < 1_000_000:
        return f"{us // 1000} ms"
    seconds = us // 1_000_000
    parts = [
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "m"),
        (seconds % 60, "s"),
    ]
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count}{unit}" for count, unit in parts[first : first + 2] if count)


def span(us: int) -> str:
    """``3h 4m``, ``41m``, ``under a minute``: times that people give are no finer."""
    return "under a minute" if us < 60_000_000 else duration(us - us % 60_000_000)


def union_us(intervals: Iterable[tuple[str, str]]) -> int:
    """Microseconds that the intervals cover together."""
    total, reached = 0, -1
    for start, end in sorted((to_us(start), to_us(end)) for start, end in intervals):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total


def in_zone(at: str, zone: str) -> str | None:
    """``00:10`` and the zone's abbreviation there, or None for a zone that is not known."""
    from zoneinfo import ZoneInfo

    try:
        local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return None
    return local.strftime("%H:%M %Z")
