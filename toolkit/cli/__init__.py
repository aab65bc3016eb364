"""The command line: one short file a command."""

import sys


def run() -> None:
    """Entry point of the installed program, which an interrupt ends quietly from the beginning."""
    try:
        from toolkit.cli.main import run as run_main
    except KeyboardInterrupt:
        sys.exit(130)
    run_main()
