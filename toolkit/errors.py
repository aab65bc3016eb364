"""The exceptions of the toolkit, and the exit code each one ends a command with.

ToolkitError                1   a fault of ours
├── UsageError              2   the call can't be carried out as it was typed
├── InputError              3   an input can't be used; other inputs are still done
│   ├── LanguageError       3   the text is in another language than expected
│   ├── NoTextError         3   there is no text, or no article in it
│   └── TooLongError        3   the text is longer than the model or a limit allows
├── OutputError             3   nothing more can be written: no space, or nobody to read it
├── StoreError              3   the store of what models answered can't be used
├── StorageError            3   a disk or bucket with data of a corpus refuses or doesn't answer
├── QualityError            5   a score is below its floor
└── ModelError              4   a model is missing, damaged or out of reach
    ├── ModelMissingError   4   it was never pulled
    └── ModelDamagedError   4   a file of it is missing or has changed

Messages are one line each: what happened, why, and what to type next.
"""

from functools import partial


class ToolkitError(Exception):
    """Base of every error that a user is meant to read."""

    exit_code = 1


class UsageError(ToolkitError):
    exit_code = 2


class InputError(ToolkitError):
    exit_code = 3


class LanguageError(InputError):
    """`found` and `expected` are ISO 639-1 codes."""

    def __init__(self, message: str, *, found: str, expected: str) -> None:
        super().__init__(message)
        self.found = found
        self.expected = expected

    def __reduce__(self) -> tuple[object, ...]:
        """For the way from another process."""
        return partial(type(self), found=self.found, expected=self.expected), self.args


class NoTextError(InputError):
    pass


class TooLongError(InputError):
    pass


class OutputError(ToolkitError):
    exit_code = 3


class StoreError(ToolkitError):
    exit_code = 3


class StorageError(ToolkitError):
    exit_code = 3


class QualityError(ToolkitError):
    exit_code = 5


class ModelError(ToolkitError):
    exit_code = 4


class ModelMissingError(ModelError):
    """`model_id` is in the catalogue but not installed; without one, nothing is installed that does
    the `task` between the `languages`, of which the catalogue may have `none` either.
    """

    def __init__(
        self,
        model_id: str = "",
        task: str = "",
        languages: tuple[str, str] = ("fr", "en"),
        none: bool = False,
    ) -> None:
        self.model_id, self.task, self.languages, self.none = model_id, task, languages, none
        source, target = languages
        direction = "" if languages == ("fr", "en") else f" from {source} to {target}"
        missing = f"model '{model_id}' is not" if model_id else f"no model for {task}{direction} is"
        pulled = model_id or f"--from {source} --to {target}"
        super().__init__(
            f"the catalogue has no model for {task}{direction}"
            if none
            else f"{missing} installed; type: toolkit models pull {pulled}"
        )

    def __reduce__(
        self,
    ) -> tuple[type["ModelMissingError"], tuple[str, str, tuple[str, str], bool]]:
        """For the way from another process."""
        return type(self), (self.model_id, self.task, self.languages, self.none)


class ModelDamagedError(ModelError):
    pass
