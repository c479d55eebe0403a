"""What the line of a log begins with: when, how bad, and which host, process and logger said it."""

import re

TIME = r"""(?: \d{4}[-/]\d\d[-/]\d\d (?: [Tt ]\d\d:\d\d (?: :\d\d(?:[.,]\d+)? )?
            (?: \ ?Z | \ ?[+-]\d\d:?\d\d | \ UTC | \ GMT )? )?
        | (?: DAY,?\ )? \d\d?[ /-] MONTH [ /-]\d{4}[ :]\d\d:\d\d:\d\d (?: \ (?:[+-]\d{4}|GMT|UTC) )?
        | \b (?: DAY\ )? MONTH\ +\d\d?\ \d\d:\d\d:\d\d(?:\.\d+)? (?:\ (?:UTC|GMT))? (?:\ \d{4})?
        | \b\d\d:\d\d:\d\d(?:[.,]\d+)?\b )
    """.replace("DAY", "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)").replace(
    "MONTH", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
"""A time as programs print it, for a regular expression that is verbose."""
_HEAD = re.compile(
    r"""
      (?:<\d{1,3}>)? TIME \ [\w.-]+\ (?:[\w./@-]+\[\d+\]|kernel):\  (?:\[\ *\d+\.\d+\]\ )?  # syslog
    | <\d{1,3}>\d\ TIME(?:\ \S+){4}\ (?:-|\[[^\]]*\])\                     # syslog of RFC 5424
    | TIME\ std(?:out|err)\ [FP]\                                          # containers of Kubernetes
    | LEVEL:[\w.]+:(?=\S)                                                  # logging.basicConfig of Python
    | TIME\s+-\s+[\w.]+\s+-\s+LEVEL\s+-\s                                  # what most Python programs choose
    | TIME\s+\|\s+LEVEL\s+\|\s+[\w.]+:[\w<>]+:\d+\s+-\s                    # loguru
    | \[TIME:\ LEVEL/[\w-]+\]\                                             # Celery
    | [A-Z],\ \[TIME\ \#\d+\]\s+LEVEL\ --\ [^\s:]*\s?:\                    # Ruby
    | TIME\s+LEVEL\s+\d+\ ---\ (?:\[[^\]]*\]\s*)+[\w.$]+\s+:\s             # Spring Boot
    | TIME\s+\[[^\]]*\]\s+LEVEL\s+[\w.$]+\s+-\s                            # Logback
    | \[TIME\s+LEVEL\s+\w+(?:::\w+)*\]\                                    # env_logger of Rust
    | TIME\s+LEVEL\s+[a-z_]\w*(?:::[a-z_]\w*)+:\                           # tracing of Rust
    | TIME\s+\[\w+\]\ \d+\#\d+:\ (?:\*\d+\ )?                              # nginx
    | TIME\s+[\w/.-]+\.go:\d+:\                                            # log of Go
    | t(?:s|ime)?="?TIME"?\s+level=\w+\s+(?:(?:source|caller)=\S+\s+)?msg="?  # logrus and slog of Go
    """.replace("TIME", TIME).replace("LEVEL", "(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)"),
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST = 2
"""Words without which a message says too little to stand without the name of who said it."""
_TELLS = re.compile(r"[^\W\d]")
_LEVELS = frozenset(("error", "fatal"))
_LEVELS_AFTER_A_TIME = _LEVELS | frozenset(
    (
        "e",
        "f",
        "w",
        "i",
        "err",
        "critical",
        "crit",
        "severe",
        "panic",
        "emerg",
        "alert",
        "warn",
        "warning",
        "info",
    )
)
"""What is a level in a line of a log, and may be part of the message elsewhere."""


def message(line: str) -> str:
    """The line without such beginnings as name a host, a process or a logger, where enough is left to tell.

    Only forms that are nothing else are taken: what stands before a colon may be what the error is about.
    """
    while (head := _HEAD.match(line)) and len(_WORD.findall(line, head.end())) >= _LEAST:
        line = line[head.end() :]
    return line


def without_level(words: list[str]) -> list[str]:
    """The words of a signature after the times and levels that it begins with; all where none tells then."""
    levels, begin = _LEVELS, 0
    for place, word in enumerate(words):
        if word == "<time>":
            levels = _LEVELS_AFTER_A_TIME
        elif word == "0" and levels is _LEVELS_AFTER_A_TIME:
            continue  # of a process or a thread, where a level comes after it
        elif word not in levels or _is_error_number(words[place + 1 : place + 2]):
            break
        begin = place + 1
    return words[begin:] if any(_TELLS.match(word) for word in words[begin:]) else words


def _is_error_number(following: list[str]) -> bool:
    return any(word[0].isdigit() and word != "0" for word in following)
