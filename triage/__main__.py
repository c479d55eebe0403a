"""Starts the command line: the fast road first, and click for everything else."""

import gc
import os
import sys

try:
    # What the module signal rests on; its enums would cost each command 0.6 ms more.
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

gc.disable()  # one command is one short process; collecting would cost a large fold its linear time
signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interrupt ends it at once, until `cli.main` handles it

from triage.fast import record  # noqa: E402


def main() -> None:
    """Run the command line."""
    code = record(sys.argv[1:])
    if code is None:
        from triage.cli import main as with_click

        with_click()
        return
    from triage.console.speech import let_go

    let_go()
    os._exit(code)  # all is closed and flushed; to take itself down, Python would need 5 ms more


if __name__ == "__main__":
    main()
