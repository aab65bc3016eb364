"""The dialogue of `toolkit eval annotate`: shows translations one by one and asks for errors."""

import re
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date

import typer

from toolkit.cli.console import show, write_styled, writing
from toolkit.documents import Side
from toolkit.errors import InputError
from toolkit.evaluation.judgeable import Translated
from toolkit.evaluation.judgements import (
    CATEGORIES,
    SEVERITIES,
    Category,
    Judgement,
    JudgementFile,
    Severity,
    Span,
    TranslationError,
)
from toolkit.evaluation.markup import flat
from toolkit.text import printable

CATEGORY_KEYS: Mapping[str, Category] = {
    "o": "omission",
    "a": "addition",
    "w": "wrong sense",
    "n": "wrong name",
    "d": "wrong number",
    "r": "wrong relation",
    "t": "tense or modality",
    "l": "untranslated",
    "f": "fluency",
}
SEVERITY_KEYS: Mapping[str, Severity] = {"m": "minor", "j": "major", "c": "critical"}
STRETCH = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
# What stands between spaces, without punctuation around it; elided words of French stand alone.
ELIDED = r"(?:[cdjlmnst]|(?:lors|puis|jus|quoi|quel)?qu)['’](?=\w)"
WORD = re.compile(rf"{ELIDED}|[\w$£€%°](?:\S*[\w$£€%°])?", re.IGNORECASE)
NO_BREAK = "\u00a0"
NUMBER = re.compile(rf"[0-9]+{NO_BREAK}")
MAX_WIDTH = 100

Words = Mapping[Side, Sequence[Span]]


class _Stop(Exception):  # noqa: N818 - no error
    """The judge has enough, or there are no more answers."""


class _Back(Exception):  # noqa: N818 - no error
    """What was begun last is taken back."""


class _Skip(Exception):  # noqa: N818 - no error
    """This sentence is left for later."""


class Dialogue:
    """Asks for the errors of each of `todo` and writes them to `file` as found by `judge`.

    Nothing is shown but the sentence before and the words: a judge must not be led.
    """

    def __init__(self, todo: Sequence[Translated], file: JudgementFile, judge: str) -> None:
        self._todo, self._file, self._judge = todo, file, judge
        self._written: list[bool] = []  # of each sentence that is done: judged, or skipped
        self._answers = _Answers()

    @property
    def judged(self) -> int:
        return sum(self._written)

    @property
    def left(self) -> int:
        return len(self._todo) - self.judged

    def run(self) -> None:
        """Until all is judged or skipped, or the judge stops. Raises InputError or OutputError when
        a judgement can't be written.
        """
        keys = ", ".join(f"{key} {name}" for key, name in CATEGORY_KEYS.items())
        _show_wrapped("", f"Enter: no error, or no more. {keys}.")
        _show_wrapped("", "u: back, s: skip, q: stop, ?: what all this means.")
        while (at := len(self._written)) < len(self._todo):
            try:
                self._judge_one(self._todo[at])
            except _Skip:
                self._written.append(False)
            except _Back:
                self._take_back()
            except _Stop:
                return

    def _judge_one(self, translated: Translated) -> None:
        words: Words = {
            "source": _words_of(translated.source),
            "target": _words_of(translated.target),
        }
        show(f"\n{len(self._written) + 1} of {len(self._todo)}")
        _present(translated, words)
        judgement = Judgement(
            id=translated.id,
            system=translated.system,
            source=translated.source,
            target=translated.target,
            errors=tuple(self._errors(translated, words)),
            judge=self._judge,
            judged=date.today(),
        )
        self._file.add(judgement)
        self._written.append(True)

    def _take_back(self) -> None:
        if not self._written:
            show("  nothing was judged or skipped before this")
        elif self._written.pop():
            self._file.take_back()

    def _errors(self, translated: Translated, words: Words) -> list[TranslationError]:
        errors: list[TranslationError] = []
        while key := self._answers.ask("error?", ("", "u", "s", *CATEGORY_KEYS)):
            if key == "s":
                raise _Skip
            if key == "u":
                if not errors:
                    raise _Back
                show(f"  taken back: {_in_words(errors.pop(), translated)}")
                continue
            try:
                errors.append(self._error(CATEGORY_KEYS[key], words))
                show(f"  {_in_words(errors[-1], translated)}")
            except _Back:
                show("  taken back")
            except ValueError as fault:
                self._answers.refuse(str(fault))
        return errors

    def _error(self, category: Category, words: Words) -> TranslationError:
        """Raises ValueError for an error that can't be, _Back when it is taken back."""
        severity: Severity = "minor"
        if category != "fluency":
            severity = SEVERITY_KEYS[self._answers.ask("how bad?", tuple(SEVERITY_KEYS))]
        return TranslationError(
            category=category,
            severity=severity,
            source=None if category == "addition" else self._span("source", words),
            target=None if category == "omission" else self._span("target", words),
        )

    def _span(self, side: Side, words: Words) -> Span | None:
        """None for no words. Raises _Back when the error is taken back."""
        spans = words[side]
        while (answer := self._answers.ask(f"words of the {side}?")) not in ("", "-"):
            found = STRETCH.fullmatch(answer)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
            if 0 < first <= last <= len(spans):
                return Span(spans[first - 1].start, spans[last - 1].end)
            self._answers.refuse(
                f"{answer!r} is no number, or stretch such as 3-5, of {len(spans)} words"
            )
        return None


class _Answers:
    """What the judge types: an answer a line, or several with spaces between them."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def ask(self, question: str, allowed: Sequence[str] = ()) -> str:
        """The next answer, one of `allowed` if there are any. Raises _Stop for q, and _Back for a u
        that isn't among them.
        """
        while True:
            answer = self._next(question)
            if answer == "q":
                raise _Stop
            if answer == "?":
                _explain()
            elif answer in allowed:
                return answer
            elif answer == "u":
                raise _Back
            elif not allowed:
                return answer
            else:
                known = ", ".join(filter(None, allowed))
                self.refuse(f"{answer!r} is not one of {known}")

    def refuse(self, fault: str) -> None:
        """Say what is wrong; what was typed behind it on the same line is dropped too."""
        self._waiting.clear()
        show(f"  {fault}")

    def _next(self, question: str) -> str:
        if not self._waiting:
            show(f"{question} ", end="")
            with writing():
                sys.stdout.flush()
            try:
                line = sys.stdin.readline()
            except UnicodeDecodeError as error:
                raise InputError("the answers on standard input are not UTF-8") from error
            except OSError as error:  # the terminal is gone
                raise _Stop from error
            if not sys.stdin.isatty():
                show(line.strip())  # a terminal shows what is typed
            if not line:
                raise _Stop
            self._waiting = line.split() or [""]
        return self._waiting.pop(0)


def _words_of(text: str) -> list[Span]:
    return [Span(*match.span()) for match in WORD.finditer(text)]


def _present(translated: Translated, words: Words) -> None:
    if translated.before:
        _show_wrapped("before  ", flat(translated.before), dim=True)
    texts: Mapping[Side, str] = {"source": translated.source, "target": translated.target}
    for side, text in texts.items():
        _show_wrapped(f"{side}  ", flat(text))
    for side, text in texts.items():
        numbered = [
            f"{number}{NO_BREAK}{text[span.start : span.end]}"
            for number, span in enumerate(words[side], start=1)
        ]
        _show_wrapped(f"{side}  ", "  ".join(numbered) or "(no words)")


def _show_wrapped(label: str, text: str, *, dim: bool = False) -> None:
    """On a terminal numbers before words are dim, or all of it."""
    styled = bool(sys.stdout) and sys.stdout.isatty()
    for line in textwrap.wrap(
        printable(text),
        min(shutil.get_terminal_size().columns, MAX_WIDTH),
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_on_hyphens=False,
        break_long_words=False,
    ):
        if styled and dim:
            line = typer.style(line, dim=True)
        elif styled:
            line = NUMBER.sub(lambda match: typer.style(match.group(), dim=True), line)
        write_styled(line.replace(NO_BREAK, " ") + "\n")


def _in_words(error: TranslationError, translated: Translated) -> str:
    sides = (
        f"“{flat(text[span.start : span.end])}”" if span else "nothing"
        for text, span in ((translated.source, error.source), (translated.target, error.target))
    )
    return f"{error.category}, {error.severity}: {' → '.join(sides)}"


def _explain() -> None:
    show("Which kind of error:")
    for key, name in CATEGORY_KEYS.items():
        _show_wrapped(f"  {key}  ", f"{name}: {CATEGORIES[name]}")
    show("How bad it is:")
    for key, severity in SEVERITY_KEYS.items():
        _show_wrapped(f"  {key}  ", f"{severity}: {SEVERITIES[severity]}")
    for line in (
        "Words: a number, or the first and the last as 3-5; Enter or - where there are none.",
        "Several answers may stand on one line: w j 3-5 4.",
        "u takes back the last error, or else the last sentence; s skips, q stops. Sentences that "
        "were skipped or left unfinished come again.",
    ):
        _show_wrapped("", line)
