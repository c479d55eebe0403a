"""Starts the command line: the fast road first, and click for everything else."""

import gc
import os
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a road handles it: an interrupt is no error of ours

from triage.console.speech import let_go  # noqa: E402
from triage.fast import record  # noqa: E402


def main() -> None:
    """Run the command line."""
    gc.disable()
    code = record(sys.argv[1:])
    if code is None:
        from triage.cli import main as with_click

        with_click()
        return
    let_go()
    os._exit(code)  # all is closed and flushed; to take itself down, Python would need 5 ms more


if __name__ == "__main__":
    main()
