"""What is said of a page that cleaning was unsure of, or that holds a part of its article."""

import os
import shlex

from toolkit.cleaning.paywall import FREE_PART
from toolkit.cli.console import tell
from toolkit.cli.inputs import STDIN


def tell_doubt(name: str, doubt: str, *, explained: bool = False) -> None:
    """One line where there is a doubt: `name` is the document's, `doubt` what cleaning says of it.

    Where the lines aren't `explained` already it says what explains them.
    """
    if not doubt:
        return
    # A record of a file can't be named in a command.
    file = f" {shlex.quote(name)}" if name == STDIN or os.path.lexists(name) else ""
    hint = "" if explained else f"; see toolkit clean --explain{file}"
    tell(f"{name}: cleaning {doubt}{hint}")


def tell_paywall(name: str, *, paywalled: bool) -> None:
    """One line where the document of that name goes on for subscribers."""
    if paywalled:
        tell(f"{name}: {FREE_PART}")
