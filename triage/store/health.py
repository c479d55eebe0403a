"""What a look at one thing came to, and what a store can say of its own health."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, runtime_checkable

OK, WARN, FAIL = "ok", "warn", "fail"


class Health(NamedTuple):
    """What a look at one thing came to: ``state`` is ok, warn or fail; ``fix`` is a command, or says how."""

    name: str
    state: str
    text: str
    fix: str = ""


def schema(version: int, newest: int) -> Health:
    """The version of a store's schema; who looks leaves an older one as it is."""
    older = f", which the next command that uses the store brings up to {newest}" if version < newest else ""
    return Health("schema", OK, f"version {version}{older}")


@runtime_checkable
class Diagnosed(Protocol):
    """A store that can look at itself."""

    def diagnose(self, *, quick: bool) -> Iterator[Health]:
        """What is well with the store, and what is not; ``quick`` leaves out what reads all of it."""
        ...


@runtime_checkable
class Shaped(Protocol):
    """A store that others can give another shape behind the program's back."""

    def strange(self) -> list[str]:
        """What in its schema is otherwise than the program made it, each in words."""
        ...
