"""A git repository as a target: one commit a publication, made on top of what the remote has, and pushed.

The git program is run without a shell, without hooks, and with no protocol but those that move data. Nothing
is checked out: blobs are read, and the commit is made by one stream, which touches only trees that change.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from triage.errors import NotAllowed, NotFound, TriageError, Unavailable, UsageError
from triage.publish.planning import planned
from triage.publish.shapes import Change, Held, Plan, Site

TRIES = 5
"""Pushes that are tried where others push at the same time."""
SECONDS = 300
"""A git command that takes longer is ended."""
TRAILERS = 20
"""Checkpoints that a commit names; the others are counted."""
PROTOCOLS = ("file", "git", "http", "https", "ssh")
AUTHOR = ("triage", "triage@localhost")
OURS = "refs/triage/head"
_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")


class Stale(Exception):
    """Somebody else pushed meanwhile."""


class GitTarget:
    """A branch of a git repository; ``folder`` is the path inside of it."""

    def __init__(self, name: str, address: str, *, branch: str = "", folder: str = "", state: str) -> None:
        self.name = name
        self._address = _checked(address)
        self._branch = branch
        self._folder = folder.strip("/")
        self._state = os.path.join(state, "git")
        self._head = ""
        self._site: Site | None = None
        self._known: dict[str, bytes | None] = {}

    def plan(self, site: Site) -> Plan:
        """See `Target.plan`."""
        self._site = site
        self._fetch()
        return planned(site, self, announce=False, base=self._head)

    def apply(self, plan: Plan) -> None:
        """See `Target.apply`. Where others pushed meanwhile, the plan is made anew on top of theirs."""
        for attempt in range(TRIES):
            if not plan.changes:
                return
            try:
                self._push(self._commit(plan))
            except Stale:
                time.sleep(0.1 * 2**attempt)
                if self._site is None:
                    raise
                plan = self.plan(self._site)
            else:
                return
        raise Unavailable(
            f"others pushed to {self.name} at the same time, {TRIES} times in a row", hint="publish again"
        )

    def held(self, paths: Iterable[str]) -> Mapping[str, Held]:
        """See `Tree.held`."""
        self._look_up(list(paths))
        found = {path: self._known[path] for path in paths}
        return {path: Held(sha256(data).hexdigest()) for path, data in found.items() if data is not None}

    def read(self, path: str) -> bytes | None:
        """See `Tree.read`."""
        self._look_up([path])
        return self._known[path]

    def _look_up(self, paths: Sequence[str]) -> None:
        """Read the blobs that are not known yet, in one go."""
        missing = [path for path in dict.fromkeys(paths) if path not in self._known]
        if not self._head:
            self._known |= dict.fromkeys(missing)
        elif missing:
            names = "".join(f"{self._head}:{self._inside(path)}\n" for path in missing)
            answer = self._git("cat-file", "--batch", data=names.encode())
            self._known |= dict(zip(missing, _blobs(answer, len(missing)), strict=True))

    def _inside(self, path: str) -> str:
        return f"{self._folder}/{path}" if self._folder else path

    def _fetch(self) -> None:
        """Bring the head of the branch here; an empty repository has none."""
        if not os.path.isdir(self._state):
            os.makedirs(os.path.dirname(self._state), mode=0o700, exist_ok=True)
            self._run(["init", "--quiet", "--bare", self._state], within=False)
        self._known = {}
        branch = self._branch_there()
        if not branch:
            self._head = ""
            return
        self._git("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", self._address,
                  f"+refs/heads/{branch}:{OURS}")  # fmt: skip
        self._head = self._git("rev-parse", OURS).decode().strip()

    def _branch_there(self) -> str:
        """The branch, where the remote has it; without one of ours, the remote's own."""
        answer = self._git(
            "ls-remote", "--symref", self._address, "HEAD", f"refs/heads/{self._branch or '*'}"
        )
        lines = answer.decode("utf-8", "replace").splitlines()
        heads = {
            line.partition("\t")[2].removeprefix("refs/heads/") for line in lines if "\trefs/heads/" in line
        }
        if not self._branch:
            named = (line[5:].partition("\t")[0] for line in lines if line.startswith("ref: "))
            self._branch = next(named, "refs/heads/main").removeprefix("refs/heads/")
        return self._branch if self._branch in heads else ""

    def _commit(self, plan: Plan) -> str:
        """Make the commit; its name."""
        self._git("fast-import", "--quiet", "--date-format=now", "--force", data=b"".join(self._stream(plan)))
        return self._git("rev-parse", f"{OURS}-new").decode().strip()

    def _stream(self, plan: Plan) -> Iterator[bytes]:
        message = _message(plan)
        yield f"commit {OURS}-new\n".encode()
        yield f"author {self._who('author')} now\ncommitter {self._who('committer')} now\n".encode()
        yield f"data {len(message)}\n".encode() + message + b"\n"
        if self._head:
            yield f"from {self._head}\n".encode()
        for change in plan.changes:
            yield from self._changed(change)
        yield b"done\n"

    def _changed(self, change: Change) -> Iterator[bytes]:
        path = _quoted(self._inside(change.path))
        if not change.new:
            yield b"D " + path + b"\n"
            return
        data = change.data()
        yield b"M 100644 inline " + path + b"\n" + f"data {len(data)}\n".encode() + data + b"\n"

    def _who(self, role: str) -> str:
        """A name and address for a commit, by git's own configuration."""
        found = []
        for place, key in enumerate(("name", "email")):
            said = os.environ.get(f"GIT_{role.upper()}_{key.upper()}") or self._configured(f"user.{key}")
            found.append(re.sub(r"[<>\x00-\x1f]", "", said) or AUTHOR[place])
        return f"{found[0]} <{found[1]}>"

    def _configured(self, key: str) -> str:
        done = self._start(["config", "--get", key], b"")
        return done.stdout.decode("utf-8", "replace").strip()

    def _push(self, commit: str) -> None:
        """Push the commit; `Stale` where the branch is no longer what it was built on."""
        lease = f"--force-with-lease=refs/heads/{self._branch}:{self._head}"
        done = self._start(
            ["push", "--quiet", "--porcelain", "--no-verify", "--recurse-submodules=no", lease, self._address,
             f"{commit}:refs/heads/{self._branch}"], b"",
        )  # fmt: skip
        if done.returncode == 0:
            return
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if re.search(
            r"stale info|fetch first|non-fast-forward|cannot lock ref|reference already exists", said
        ):
            raise Stale
        raise self._failure("push", said)

    def _git(self, *arguments: str, data: bytes = b"") -> bytes:
        return self._run(list(arguments), data)

    def _run(self, arguments: list[str], data: bytes = b"", *, within: bool = True) -> bytes:
        done = self._start(arguments, data, within=within)
        if done.returncode:
            raise self._failure(arguments[0], done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def _start(
        self, arguments: list[str], data: bytes, *, within: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        place = [f"--git-dir={self._state}"] if within else []
        try:
            return subprocess.run(
                ["git", *place, *_SAFE, *arguments],
                input=data, capture_output=True, timeout=SECONDS, check=False, env=_surroundings(),
            )  # fmt: skip
        except FileNotFoundError as error:
            raise NotFound("no git program here", hint="install git") from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(
                f"git {arguments[0]} at {self.name} took more than {SECONDS} s", hint="publish again"
            ) from error

    def _failure(self, verb: str, said: str) -> TriageError:
        """What git said, without credentials, as an error with the next step."""
        lines = [line.strip() for line in _CREDENTIALS.sub("", said).splitlines() if line.strip()]
        told = next(
            (line for line in lines if line.startswith(("fatal:", "error:", "!"))), (lines or ["failed"])[-1]
        )
        what = f"git {verb} at {_CREDENTIALS.sub('', self.name)}: {told[:300]}"
        if re.search(r"denied|Authentication|could not read Username|not allowed|protected", said):
            return NotAllowed(what, hint="check your credentials and rights there: git ls-remote ADDRESS")
        if re.search(r"not found|does not appear to be a git repository|does not exist", said):
            return NotFound(what, hint="check the address")
        return Unavailable(what, hint="nothing was published; publish again")


_SAFE = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never",
    *(word for name in PROTOCOLS for word in ("-c", f"protocol.{name}.allow=always")),
    "-c", "gc.auto=0", "-c", "fetch.fsckObjects=true", "-c", "submodule.recurse=false",
    "-c", "push.gpgSign=false", "-c", "fastimport.unpackLimit=0",
)  # fmt: skip
"""Settings that no repository and no configuration can undo."""


def _surroundings() -> dict[str, str]:
    """The environment of git: no question to a person, no place of another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_PLACES)}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


_PLACES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE", "GIT_NAMESPACE",
    "GIT_ALLOW_PROTOCOL", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
)  # fmt: skip


def _checked(address: str) -> str:
    """The address for git; `UsageError` where it would not be an address to git."""
    plain = address.removeprefix("git+")
    scheme, mark, _ = plain.partition("://")
    known = scheme in PROTOCOLS if mark else "::" not in plain
    if not plain or plain.startswith("-") or not known or not plain.isprintable():
        raise UsageError(
            f"no address of a git repository: {_CREDENTIALS.sub('', plain)!r:.80}",
            hint="give git+https://…, git+ssh://…, git+file://… or git+/PATH",
        )
    return plain


def _message(plan: Plan) -> bytes:
    """The commit's message: what is published, and from which checkpoints."""
    trailers = [
        f"Triage-Checkpoint: {each.slug} {each.events} {' '.join(each.heads)}"
        for each in plan.checkpoints[:TRAILERS]
    ]
    if len(plan.checkpoints) > TRAILERS:
        trailers.append(f"Triage-Checkpoints: {len(plan.checkpoints)}")
    return "\n".join([plan.title, "", *trailers, ""]).encode()


def _quoted(path: str) -> bytes:
    """A path as a stream of fast-import takes it."""
    return b'"' + path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _blobs(answer: bytes, count: int) -> Iterator[bytes | None]:
    """The contents that ``cat-file --batch`` gives, None for each that is missing or no file."""
    place = 0
    for _ in range(count):
        end = answer.index(b"\n", place)
        words = answer[place:end].split(b" ")
        place = end + 1
        if words[-1] == b"missing" or len(words) < 3 or not words[-1].isdigit():
            yield None
            continue
        size = int(words[-1])
        yield answer[place : place + size] if words[-2] == b"blob" else None
        place += size + 1
