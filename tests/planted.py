"""Secrets that no rule knows by their form, the encodings in which programs print them, and how they are found.

`python planted.py CUTS`, as a command, prints every secret of the environment in every encoding, each in two
writes, cut at another place each time: it stands in for a program that prints its own environment.
"""

import base64
import html
import json
import os
import random
import shlex
import string
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

NAME = "PLANTED_{number}_TOKEN"
SIGNS = string.ascii_letters + string.digits + "+/=&<>'\"$%"


def _behind(count: int) -> Callable[[str], str]:
    """Base64 of a text as it stands behind that many other bytes."""
    return lambda text: base64.b64encode(b"x" * count + text.encode() + b"yz").decode()


ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "base64": _behind(0),
    "base64 behind one byte": _behind(1),
    "base64 behind two bytes": _behind(2),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "percent": lambda text: quote(text, safe=""),
    "percent in small": lambda text: "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in text),
    "json": lambda text: json.dumps(text)[1:-1],
    "shell": shlex.quote,
    "html": lambda text: html.escape(text, quote=True),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}


def secrets(count: int) -> list[str]:
    """That many secrets, the same every time."""
    chosen = random.Random(count)
    return ["".join(chosen.choices(SIGNS, k=chosen.randint(12, 40))) + "aZ9" for _ in range(count)]


def is_left(secret: str, text: str) -> bool:
    """Whether 60 % of the secret is left in one piece, as it is or in an encoding."""
    return any(_run_of(form(secret), text) for form in ENCODINGS.values())


def _run_of(secret: str, text: str) -> bool:
    run = max(6, -(-len(secret) * 6 // 10))
    return any(secret[place : place + run] in text for place in range(len(secret) - run + 1))


def lines(found: Iterable[str]) -> Iterable[bytes]:
    """A line for each secret in each encoding."""
    for secret in found:
        for name, form in ENCODINGS.items():
            yield f"{name} <{form(secret)}> and so on\n".encode()


def main() -> None:
    """Print them, each line in two writes."""
    found = [value for name, value in sorted(os.environ.items()) if name.startswith("PLANTED_")]
    for number, line in enumerate(lines(found), int(sys.argv[1])):
        cut = number % len(line)
        os.write(1 + number % 2, line[:cut])
        time.sleep(0.0005)
        os.write(1 + number % 2, line[cut:])


if __name__ == "__main__":
    main()
