"""`toolkit lexicon`: what words can mean, and which of them a translation leaves unanswered."""

import json
import re
import unicodedata
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from toolkit.cli.console import settings_of, show
from toolkit.documents import Unanswered
from toolkit.errors import InputError, UsageError
from toolkit.evaluation.data import read_lines, refuse_unaligned
from toolkit.lexicon.lexicon import Lexicons, load_lexicons
from toolkit.lexicon.words import words_of
from toolkit.translation.checks import lost_terms
from toolkit.translation.comparison import compare
from toolkit.translation.glossary import load_glossary

app = typer.Typer(
    no_args_is_help=True,
    help="Show what words can mean and which ones a translation left unanswered.",
)
From = Annotated[Literal["fr", "en"], typer.Option("--from", help="Language of the words.")]
FILE_NAME = re.compile(r"(?!\w+://)\S+\.\w{1,5}")  # what nobody writes for a sentence
Form = Annotated[Literal["text", "json"], typer.Option("--format", help="Output format.")]


@app.command("show")
def show_command(
    words: Annotated[list[str], typer.Argument(help="Words, or phrases in quotation marks.")],
    source_language: From = "fr",
    form: Form = "text",
) -> None:
    """Show what words can mean, with probabilities, and how much each counts if unanswered."""
    lexicon = _lexicons(source_language).source
    entries = {word: lexicon.entry(_form(word, source_language)) for word in words}
    for word, entry in entries.items():
        if entry is None:
            continue
        if form == "json":
            record = {
                "word": word,
                "form": entry.form,
                "count": entry.count,
                "weight": entry.weight,
                "meanings": [
                    {"word": each.word, "probability": each.probability} for each in entry.meanings
                ],
                "answers": list(entry.answers),
            }
            show(json.dumps(record, ensure_ascii=False))
            continue
        meanings = ", ".join(
            f"{meaning.word} {meaning.probability:.2f}" for meaning in entry.meanings
        )
        show(f"{word}: {meanings or 'nothing that is likely'}")
        show(f"    seen {entry.count} times, weight {entry.weight:.1f}")
        show(f"    answers: {' '.join(entry.answers)}")
    if missing := [word for word, entry in entries.items() if entry is None]:
        raise InputError(f"the lexicon doesn't have {', '.join(map(repr, missing))}")


@app.command("check")
def check_command(
    source: Annotated[str, typer.Argument(help="Text, or a file with one sentence per line.")],
    target: Annotated[str, typer.Argument(help="Its translation, in the same form.")],
    source_language: From = "fr",
    glossary: Annotated[
        str | None, typer.Option(help="Glossary of terms with set translations.")
    ] = None,
    form: Form = "text",
) -> None:
    """List the words of a text that nothing in its translation answers, and those of the
    translation that answer nothing in the text.
    """
    settings, _ = settings_of({"glossary": glossary})
    lexicons = _lexicons(source_language)
    terms = load_glossary(
        settings.glossary,
        source_language=lexicons.languages[0],
        target_language=lexicons.languages[1],
    )
    limits = settings.checks
    pairs = list(zip(*_lines(source, target), strict=True))
    named = 0
    for number, (text, translation) in enumerate(pairs, start=1):
        comparison = compare(text, translation, lexicons, terms.occurring(text))
        lost = comparison.source.missing(limits.hint_weight)
        added = comparison.target.missing(limits.added_weight)
        without = lost_terms(translation, terms.occurring(text))
        named += bool(lost or without)
        if form == "json":
            record = {
                "line": number,
                "source": text,
                "target": translation,
                "coverage": round(comparison.source.share, 3),
                "unanswered": [asdict(each) for each in lost],
                "added": [asdict(each) for each in added],
                "terms": [each.source for each in without],
            }
            show(json.dumps(record, ensure_ascii=False))
            continue
        parts = [f"{each.word} ({_meanings(each)})" for each in lost]
        parts += [f"{term.source} ({term.target})" for term in without]
        parts += [f"+{each.word}" for each in added]
        if parts:
            show(f"{number}: {', '.join(parts)}")
    if form == "text":
        show(f"{named} of {len(pairs)} with unanswered words")


def _lexicons(source_language: Literal["fr", "en"]) -> Lexicons:
    lexicons = load_lexicons(source_language, "en" if source_language == "fr" else "fr")
    if lexicons is None:
        raise UsageError("there is no lexicon for these languages")
    return lexicons


def _lines(source: str, target: str) -> tuple[list[str], list[str]]:
    """Two texts, or the sentences of two files.

    Raises UsageError for a file beside a text, InputError for files that don't go together.
    """
    files = [_is_file(each) for each in (source, target)]
    if not any(files):
        return [_composed(source)], [_composed(target)]
    if not all(files):
        other = source if files[1] else target
        raise UsageError(f"one of the two is a file, but '{other[:60]}' is none")
    paths = Path(source), Path(target)
    ours, theirs = (list(map(_composed, read_lines(path))) for path in paths)
    refuse_unaligned(paths[0], ours, paths[1], theirs)
    return ours, theirs


def _is_file(name: str) -> bool:
    """Raises UsageError for what is meant to be a file and is none."""
    if not name:
        return False
    try:
        if Path(name).is_file():
            return True
        exists = Path(name).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        return False
    if exists or name == "-" or FILE_NAME.fullmatch(name):
        raise UsageError(f"'{name}' is not a file")
    return False


def _form(word: str, language: Literal["fr", "en"]) -> str:
    """`word` as the lexicon writes it, without an article before its apostrophe.

    Raises UsageError when there is no word in it.
    """
    forms = [each.form for each in words_of(_composed(word), language)]
    kept = [form for form in forms if not form.endswith("'")] or forms
    if not kept:
        raise UsageError(f"there is no word in {word!r}")
    return " ".join(kept)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _meanings(unanswered: Unanswered) -> str:
    return ", ".join(meaning.word for meaning in unanswered.meanings[:3]) or "no likely meaning"
