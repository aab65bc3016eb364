"""How long work reports on itself."""

from collections.abc import Callable

# Receives how much is done and how much there is; 0 when that is unknown.
Progress = Callable[[int, int], None]
# The same for a stage of the chain, or a system of an evaluation.
StageProgress = Callable[[str, int, int], None]
