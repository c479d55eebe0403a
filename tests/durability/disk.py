"""A model of a disk that loses its power: what may be on it afterwards, of what a program did to it.

The rules are the weak ones, so that no file system of use allows more; they follow "All File Systems Are Not
Created Equal" (Pillai et al., OSDI 2014: the default model of ALICE), and the assumptions of "Atomic Commit In
SQLite" (sqlite.org/atomiccommit.html), section 2:

- what was written to a file is certain once that file was synced after it; before that, any of its sectors of
  512 bytes may be there or not, whatever the order of the writes, and a sector is old or new as a whole;
- a file that was lengthened may have its new size without its new bytes: these are zeros or garbage then;
- a new name, a rename or a name taken away is certain once the folder that holds the name was synced after it;
  syncing the file is not enough, and before that any of these changes may be there or not, in their order;
- a rename is one change; a new folder needs its parent to be synced.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from os.path import basename, dirname, relpath
from typing import NamedTuple

from durability.tracing import Folder, Link, Open, Operation, Rename, Sync, Truncate, Unlink, Write

SECTOR, PAGE = 512, 4096
State = dict[str, bytes | None]
"""What is there after a loss of power: the bytes of each file, None for each folder, by path."""


class Fate(NamedTuple):
    """How likely it is that something unsure got to the disk, and in which pieces.

    ``names`` and ``data`` are probabilities; data is kept or lost by ``grain`` bytes, 0 for whole writes;
    ``fills`` says what a file has where its size got to the disk and its bytes did not.
    """

    names: float
    data: float
    grain: int = 0
    fills: str = ""


FATES = (
    Fate(0, 0),
    Fate(1, 1),
    Fate(1, 0),
    Fate(0, 1),
    Fate(1, 0, fills="zeros"),
    Fate(0.5, 0.5),
    Fate(0.5, 0.5, SECTOR),
    Fate(1, 0.5, SECTOR, "garbage"),
    Fate(1, 0.9, SECTOR, "zeros"),
    Fate(1, 0.1, PAGE, "garbage"),
    Fate(0.5, 0.9, PAGE),
)


@dataclass(eq=False, slots=True)
class File:
    """Bytes that are certain, and what was done since."""

    sure: bytes = b""
    unsure: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        """Make all certain."""
        self.sure, self.unsure = self.live(), []

    def live(self) -> bytes:
        """What a program reads."""
        data = bytearray(self.sure)
        for each in self.unsure:
            _apply(data, each)
        return bytes(data)

    def after(self, fate: Fate, chance: random.Random) -> bytes:
        """What is there after a loss of power."""
        data = bytearray(self.sure)
        for each in self.unsure:
            for piece in _pieces(each, fate.grain):
                if chance.random() < fate.data:
                    _apply(data, piece)
                elif fate.fills and isinstance(piece, Write):
                    _lengthen(data, piece.offset + len(piece.data), fate.fills, chance)
        return bytes(data)


Change = dict[str, "File | Names | None"]
"""One change of names: what each stands for from then on, None where it is gone."""


@dataclass(eq=False, slots=True)
class Names:
    """Names that are certain, and what was done to them since."""

    sure: "dict[str, File | Names]" = field(default_factory=dict)
    unsure: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """Make all certain."""
        self.sure, self.unsure = self.live(), []

    def live(self) -> "dict[str, File | Names]":
        """What a program sees."""
        return _renamed(self.sure, self.unsure)

    def after(self, fate: Fate, chance: random.Random) -> "dict[str, File | Names]":
        """What is there after a loss of power."""
        return _renamed(self.sure, [each for each in self.unsure if chance.random() < fate.names])


class Disk:
    """A disk with an empty folder on it, which is certain to be there."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._top = Names()

    def do(self, operation: Operation) -> None:
        """Do what a program did."""
        match operation:
            case Open(path, empties):
                if self._find(path) is None:
                    self._change(dirname(path), {basename(path): File()})
                elif empties:
                    self._find(path).unsure.append(Truncate(path, 0))
            case Folder(path):
                self._change(dirname(path), {basename(path): Names()})
            case Write(path) | Truncate(path):
                self._find(path).unsure.append(operation)
            case Sync(path):
                self._find(path).sync()
            case Unlink(path):
                self._change(dirname(path), {basename(path): None})
            case Link(path, new) | Rename(path, new):
                gone = {basename(path): None} if isinstance(operation, Rename) else {}
                made = {basename(new): self._find(path)}
                if dirname(path) == dirname(new):
                    self._change(dirname(path), {**gone, **made})
                else:  # either may be lost alone: no less than what a file system promises
                    self._change(dirname(new), made)
                    self._change(dirname(path), gone)

    def live(self) -> State:
        """What a program sees."""
        return dict(_walk(self._root, self._top, Names.live, File.live))

    def after(self, fate: Fate, chance: random.Random) -> State:
        """What is there after a loss of power, as a fate has it."""
        names, data = (lambda each: each.after(fate, chance) for _ in range(2))
        return dict(_walk(self._root, self._top, names, data))

    def _find(self, path: str) -> "File | Names | None":
        node: File | Names | None = self._top
        for name in [] if path == self._root else relpath(path, self._root).split("/"):
            node = node.live().get(name)
        return node

    def _change(self, folder: str, change: Change) -> None:
        self._find(folder).unsure.append(change)


def digest(state: State) -> bytes:
    """What tells two states apart."""
    return sha256(repr(sorted(state.items(), key=lambda item: item[0])).encode()).digest()


def _walk(
    path: str, names: Names, listed: Callable[[Names], dict], read: Callable[[File], bytes]
) -> Iterator[tuple[str, bytes | None]]:
    for name, node in listed(names).items():
        below = f"{path}/{name}"
        if isinstance(node, File):
            yield below, read(node)
        else:
            yield below, None
            yield from _walk(below, node, listed, read)


def _renamed(names: "dict[str, File | Names]", changes: list[Change]) -> "dict[str, File | Names]":
    for change in changes:
        names = {name: node for name, node in {**names, **change}.items() if node is not None}
    return dict(names)


def _apply(data: bytearray, done: Write | Truncate) -> None:
    if isinstance(done, Truncate):
        del data[done.size :]
        data.extend(bytes(done.size - len(data)))
        return
    data.extend(bytes(max(done.offset - len(data), 0)))
    data[done.offset : done.offset + len(done.data)] = done.data


def _lengthen(data: bytearray, size: int, fills: str, chance: random.Random) -> None:
    """Give the file the size that it should have got, without the bytes."""
    missing = max(size - len(data), 0)
    data.extend(chance.randbytes(missing) if fills == "garbage" else bytes(missing))


def _pieces(done: Write | Truncate, grain: int) -> Iterator[Write | Truncate]:
    """A write in pieces that end where a sector or page of the file does."""
    if isinstance(done, Truncate) or not grain:
        yield done
        return
    start, end = done.offset, done.offset + len(done.data)
    while start < end:
        stop = min((start // grain + 1) * grain, end)
        yield Write(done.path, start, done.data[start - done.offset : stop - done.offset])
        start = stop
