"""Templates that were compiled before, in this process or by an earlier command."""

import marshal
import os
import stat
import sys
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket

from triage.durable import write_private
from triage.errors import TriageError

_folder = ""


def keep_in(folder: str) -> None:
    """Keep what is compiled from now on in a folder of this user, for the commands that follow."""
    global _folder  # noqa: PLW0603  what is kept is the same for all, as with Python's own __pycache__
    _folder = folder


class Compiled(jinja2.BytecodeCache):
    """What templates of one environment were compiled to: a site renders thousands of documents by a few.

    ``maker`` is the source file that makes the environment: where it is another one, all is compiled anew.
    A file that is kept is believed where it is of this user alone and names what it was compiled from.
    """

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._known: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template what was compiled of the same text."""
        name = f"{bucket.key}{bucket.checksum}"
        if name not in self._known and _folder:
            data = _read(self._path(bucket))
            if data[:DIGEST] == self._digest(bucket, data[DIGEST:]):
                self._known[name] = marshal.loads(data[DIGEST:])  # noqa: S302  this user's own, as a .pyc
        bucket.code = self._known.get(name)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is None:
            return
        self._known[f"{bucket.key}{bucket.checksum}"] = bucket.code
        if _folder:
            code = marshal.dumps(bucket.code)
            _write(self._path(bucket), self._digest(bucket, code) + code)

    def _path(self, bucket: Bucket) -> str:
        """One file for each template, which the newest text takes."""
        made = sha256(f"{Path(self._maker).name}\n{bucket.key}".encode()).hexdigest()
        return os.path.join(_folder, f"{made[:32]}.compiled")

    def _digest(self, bucket: Bucket, code: bytes) -> bytes:
        return sha256(b"\n".join((self._made_by, bucket.checksum.encode(), code))).digest()

    @cached_property
    def _made_by(self) -> bytes:
        """What makes code of a text: Python, Jinja, and ours."""
        versions = f"{sys.version}\n{jinja2.__version__}\n{sys.flags.optimize}\n"
        return sha256(versions.encode() + Path(self._maker).read_bytes()).digest()


DIGEST = 32
"""Bytes with which a kept file begins."""


def _read(path: str) -> bytes:
    """The bytes of a file that nobody else can have written, or none."""
    try:
        with open(path, "rb") as file:
            state = os.fstat(file.fileno())
            is_ours = os.name == "nt" or state.st_uid == os.geteuid()
            return file.read() if is_ours and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) else b""
    except OSError:
        return b""


def _write(path: str, data: bytes) -> None:
    """Keep a file whole; where that cannot be, the next command compiles again."""
    with suppress(TriageError):
        write_private(path, data, sync=False)
