"""The arguments of a tool's call, read forgivingly: what has one meaning is taken in any form of JSON."""

import json
import shlex
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from triage.errors import InvalidValue, near


class Arguments:
    """What a tool was called with; `InvalidValue` names what is wrong and what would be taken."""

    def __init__(self, said: Mapping[str, Any] | None, known: Collection[str]) -> None:
        self._said = {name: value for name, value in (said or {}).items() if value is not None}
        for name in self._said:
            if name not in known:
                raise InvalidValue(f"no argument {name!r:.40}", hint=near(name, known), allowed=tuple(known))

    def text(self, name: str, default: str = "") -> str:
        """A text; a number is one."""
        value = self._said.get(name, default)
        if isinstance(value, (dict, list)):
            raise InvalidValue(f"{name} is one text, not {_shown(value)}")
        return value if isinstance(value, str) else _as_text(value)

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return name in self._said

    def needed(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if not text.strip():
            raise InvalidValue(f"{name} is missing", hint=f"give {name}")
        return text

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the choices, the first where none was made."""
        value = self.text(name, choices[0])
        if value not in choices:
            raise InvalidValue(f"{name} cannot be {value!r:.40}", hint=near(value, choices), allowed=choices)
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number from 1 on."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and 0 < int(value) < 10**9):
            raise InvalidValue(f"{name} is a whole number from 1 on, not {value!r:.40}")
        return int(value)

    def flag(self, name: str) -> bool:
        """Whether something is wanted."""
        value = self.text(name, "false").lower()
        if value not in ("true", "false"):
            raise InvalidValue(f"{name} is true or false, not {value!r:.40}", allowed=("true", "false"))
        return value == "true"

    def words(self, name: str) -> list[str]:
        """Texts; one text is one, or several as a shell takes it apart where ``name`` is a command line."""
        value = self._said.get(name, [])
        if isinstance(value, dict):
            return [f"{label}={_as_text(each)}" for label, each in value.items()]
        if isinstance(value, list):
            return [each if isinstance(each, str) else _as_text(each) for each in value]
        return [self.text(name)]

    def command(self, name: str) -> list[str]:
        """A command and its arguments; one text is taken apart as a shell does, and no shell runs it."""
        words = self.words(name)
        with suppress(ValueError):
            words = shlex.split(words[0]) if len(words) == 1 else words
        if not words:
            raise InvalidValue(f"{name} is missing", hint='give it as ["df", "-h"]')
        return words

    def items(self, name: str) -> list[Any]:
        """Objects; one alone, and either as a text of JSON, are taken too."""
        value = self._said.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise InvalidValue(f"{name} is no JSON: {error}", hint="give a list of objects") from error
        value = [value] if isinstance(value, dict) else value
        if not isinstance(value, list) or not value:
            raise InvalidValue(
                f"{name} is a list of objects", hint='such as [{"kind": "entry", "text": "..."}]'
            )
        return value


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    return f"{_as_text(value):.60}"
