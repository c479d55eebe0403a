"""A command as a target: the site is kept whole in a folder of ours, and the command takes it from there."""

import os
import subprocess

from triage.errors import NotFound, Unavailable
from triage.publish.folder import FolderTarget
from triage.publish.shapes import Plan, Site

SECONDS = 3600
"""A command that takes longer is ended."""
PLACE = "{site}"
MARK = "behind"
"""A file that stands beside the folder from the first change until the command has brought it there."""


class CommandTarget:
    """Any program that brings a folder to where it is read: rsync, a cloud's command line."""

    def __init__(self, name: str, command: tuple[str, ...], *, state: str) -> None:
        self.name = name
        self._command = command
        self._mark = os.path.join(state, MARK)
        self._path = os.path.join(state, "site")
        self._folder = FolderTarget(name, self._path)

    def plan(self, site: Site) -> Plan:
        """See `Target.plan`."""
        return self._folder.plan(site)

    def apply(self, plan: Plan) -> None:
        """See `Target.apply`. A command that failed before is run again, whatever changed."""
        if not plan.changes and not os.path.exists(self._mark):
            return
        os.makedirs(os.path.dirname(self._mark), mode=0o700, exist_ok=True)
        with open(self._mark, "w", encoding="utf-8"):
            pass
        self._folder.apply(plan)
        self._run()
        os.unlink(self._mark)

    def _run(self) -> None:
        words = [word.replace(PLACE, self._path) for word in self._command]
        try:
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )
        except FileNotFoundError as error:
            raise NotFound(f"no program {words[0]!r:.60} for {self.name}", hint="install it") from error
        except subprocess.TimeoutExpired as error:
            raise Unavailable(
                f"{words[0]} took more than {SECONDS} s for {self.name}", hint="publish again"
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
            told = " / ".join(said)[:400]
            raise Unavailable(
                f"{words[0]} ended with exit code {done.returncode} for {self.name}: {told}",
                hint="mend that and publish again: the built site is kept",
            )
