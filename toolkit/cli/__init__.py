"""The command line: one short file a command.

`main` collects the commands and turns errors into exit codes, `options` has what they share,
`inputs`, `chain` and `outputs` lead from names of files to results in files. A new command is a new
file here and a line in `main`.
"""

import os
import sys

# For libraries in the program's own process: no remarks, bars or telemetry beside our output.
ENVIRONMENT = {
    "TRANSFORMERS_VERBOSITY": "error",  # it remarks at import that torch is missing
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def run() -> None:
    """Entry point of the installed program, which an interrupt ends quietly from the beginning."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from toolkit.cli.main import run as run_main
    except KeyboardInterrupt:
        sys.exit(130)
    run_main()
