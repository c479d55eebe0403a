"""Starts the command line."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `main` handles it: an interrupt is no error of ours

from triage.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
