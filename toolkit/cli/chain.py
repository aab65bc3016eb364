"""What `translate` and `summarize` have in common: inputs through the pipeline to outputs."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import typer

from toolkit.articles import Article, furniture_of
from toolkit.cleaning import Repeats
from toolkit.cli.batch import Batch, working
from toolkit.cli.console import is_terminal, settings_of, tell, tell_once
from toolkit.cli.direction import directed, refuse_same
from toolkit.cli.doubt import tell_doubt, tell_paywall
from toolkit.cli.idle import refuse_idle, refuse_of_endpoint, refuse_of_model, refuse_of_route
from toolkit.cli.inputs import attempt, flow, learn
from toolkit.cli.places import Place
from toolkit.cli.progress import stage_progress
from toolkit.cli.pull import pull, pull_best
from toolkit.documents import Document, Summary, Translation
from toolkit.errors import InputError, ModelMissingError
from toolkit.output.confidence import unjudged
from toolkit.pipeline import Pipeline
from toolkit.pipeline.flow import Keyed
from toolkit.pipeline.routes import route_of
from toolkit.results import Caution, Number, Result
from toolkit.translation.checks import lost_terms

LISTED = 10  # numbers of doubtful sentences in a line
LONG_ARTICLE_WORDS = 5000  # from here on, translation takes many minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a call of `translate` or `summarize` asks for, beside its settings."""

    batch: Batch
    check_language: bool
    overwrite: bool
    strict: bool
    no_clean: bool
    keep_title: bool
    quiet: bool
    verbose: bool
    guard_formulas: bool = False


def run_chain(
    job: Job,
    *,
    flags: Mapping[str, Any],
    process: Callable[[Pipeline, Keyed[Article]], Keyed[Result]],
    render: Callable[[Result], str],
) -> None:
    """Bad inputs are reported and set aside, the rest is done; then the exit code is 3."""
    settings, _ = settings_of(flags)
    refuse_of_endpoint(flags, settings)
    batch, settings = directed(
        job.batch.within(settings), settings, cleaned=job.no_clean, quiet=job.quiet
    )
    if batch.form != "csv":
        refuse_idle({"--guard-formulas": job.guard_formulas}, f"with --format {batch.form}")
    translates = process is Pipeline.translate_each or route_of(settings).translates_articles
    if process is Pipeline.translate_each:
        refuse_same(settings)
    else:
        refuse_of_route(flags, settings)
    summarizes = process is not Pipeline.translate_each
    hinted = translates and summarizes and "route" not in settings.model_fields_set
    repeats, total_chars = learn(batch.inputs, batch.reading)
    count = Count()
    with stage_progress(quiet=job.quiet, total_chars=total_chars) as progress:
        pipeline = Pipeline(settings, on_progress=progress.stage, on_trouble=tell)
        refuse_of_model(flags, pipeline)
        with working(
            batch, pipeline.store, overwrite=job.overwrite, guard_formulas=job.guard_formulas
        ) as (outputs, tally):

            def prepare(place: Place, document: Document) -> tuple[int, Article]:
                outputs.check(place)
                article = prepared(pipeline, document, job, repeats)
                outputs.check_columns(document.record)
                if hinted and not job.quiet and not pipeline.unprompted("summarization"):
                    tell_length(article)
                return len(document.text), article

            def write(place: Place, result: Result) -> None:
                if batch.form == "csv":
                    outputs.write_row(place, _csv_fields(result, translated=translates))
                else:
                    outputs.write(place, render(result))

            ready = attempt(batch.inputs, batch.reading, prepare, tally)
            results = flow(ready, partial(process, pipeline), tally)
            for name, place, (length, result) in results:
                progress.finished(length)
                with tally.setting_aside(name):
                    write(place, result)
                    if job.verbose and not count.documents:
                        tell_models(result)
                    count.add(result, pipeline)
                    if not job.quiet:
                        tell_flags(result, verbose=job.verbose)
    if not job.quiet and not batch.holds_many and count.furniture:
        tell(f"{batch.inputs[0].path}: {left_out(count.furniture)}")
    if not job.quiet and count.documents and (batch.holds_many or job.verbose):
        tell(str(count))
    if tally.failed or (job.strict and count.left):
        raise typer.Exit(InputError.exit_code)


def prepared(pipeline: Pipeline, document: Document, job: Job, repeats: Repeats) -> Article:
    return pipeline.prepare(
        document,
        check_language=job.check_language,
        cleaned=job.no_clean,
        keep_title=job.keep_title,
        repeated=repeats.of(document),
    )


@dataclass(slots=True)
class Count:
    """What came out of a run."""

    documents: int = 0
    sentences: int = 0
    flagged: int = 0
    doubtful: int = 0
    summaries: int = 0
    summaries_flagged: int = 0
    summaries_doubtful: int = 0
    terms: int = 0
    terms_kept: int = 0
    furniture: int = 0
    left: bool = False

    def add(self, result: Result, pipeline: Pipeline) -> None:
        self.documents += 1
        self.furniture += furniture_of(result.article.blocks)
        self.sentences += len(result.numbered)
        self.flagged += len(result.flagged)
        self.doubtful += len(result.doubtful)
        self.left |= is_left([result], result.summary, result.caution)
        if result.summary:
            self.summaries += 1
            self.summaries_flagged += bool(result.summary.failed)
            self.summaries_doubtful += bool(result.caution.statements(result.summary))
        for translation in (*result.title, *result.translations):
            terms = pipeline.translator.glossary.occurring(translation.segment.text)
            wanted = sum(term.kind == "term" for term in terms)
            self.terms += wanted
            self.terms_kept += wanted - len(lost_terms(translation.text, terms))

    def __str__(self) -> str:
        parts = [f"documents: {self.documents}"]
        if self.sentences:
            parts += [
                f"sentences: {self.sentences}, {_of_them(self.flagged, self.doubtful)}",
                f"glossary terms kept: {self.terms_kept} of {self.terms}",
            ]
        if self.summaries:
            left = _of_them(self.summaries_flagged, self.summaries_doubtful)
            parts.append(f"summaries: {self.summaries}, {left}")
        if self.furniture:
            parts.append(left_out(self.furniture))
        return "; ".join(parts)


def _of_them(flagged: int, doubtful: int) -> str:
    return f"{flagged} of them flagged" + (f", {doubtful} doubtful" if doubtful else "")


def is_left(results: Sequence[Result], summary: Summary | None, caution: Caution) -> bool:
    """Whether anything is flagged or, where somebody gave the limit, doubtful."""
    flagged = any(each.flagged for each in results) or bool(summary and summary.failed)
    doubtful = any(each.doubtful for each in results) or bool(caution.statements(summary))
    return flagged or (caution.mark and doubtful)


def left_out(lines: int) -> str:
    what, them = ("line", "it") if lines == 1 else ("lines", "them")
    return f"left out {lines} {what} of page furniture; --no-clean keeps {them}"


def _csv_fields(result: Result, *, translated: bool) -> dict[str, Any]:
    """The row as it was read and our columns, which take another name where theirs is taken. Those
    of a translation are there where articles are `translated`.
    """
    record = result.article.document.record
    values: dict[str, Any] = {"translation": result.translation_text} if translated else {}
    if result.summary:
        values["summary"] = result.summary.text
        values["summary_flagged"] = len(result.summary.failed)
        values["summary_doubtful"] = len(result.caution.statements(result.summary))
    if translated:
        values["flagged"] = len(result.flagged)
        values["doubtful"] = len(result.doubtful)
    while taken := record.keys() & values.keys():
        values = {f"toolkit_{name}": value for name, value in values.items()}
        tell_once(
            f"the input has columns {', '.join(sorted(taken))} already; ours are "
            f"{', '.join(values)}"
        )
    return {**record, **values}


def offer_pull(run: Callable[[], None]) -> None:
    """Run; when a model is missing and somebody is there to ask, offer to pull it and run again."""
    try:
        run()
    except ModelMissingError as error:
        if not (is_terminal() and sys.stdin.isatty()):
            raise
        if not error.model_id:
            source, target = error.languages
            tell(str(error))
            pull_best(source=source, target=target)
        elif typer.confirm(f"Model {error.model_id} is not installed. Pull it now?", err=True):
            pull(error.model_id)
        else:
            raise
        run()


def tell_length(article: Article) -> None:
    """That a long article is translated as a whole, and what is quicker."""
    words = len(article.document.text.split())
    if words > LONG_ARTICLE_WORDS:
        tell(
            f"{article.document.name}: all {words:,} words are translated first; --route direct, "
            "which summarizes the original, is several times quicker and keeps fewer facts"
        )


def tell_models(result: Result) -> None:
    """Which models made a result; of a summary without one, the method."""
    parts = {"translation": "translator", "summarization": "summarizer"}
    made = {
        role: facts.get("model") or facts["method"]
        for part, role in parts.items()
        if (facts := result.provenance.get(part))
    }
    tell("; ".join(f"{role}: {model}" for role, model in made.items()))
    if model := unjudged(result.provenance):
        tell(
            f"confidence for {model} is a rough guess: none of its translations in this direction "
            "were judged"
        )


def tell_flags(result: Result, *, verbose: bool) -> None:
    name = result.article.document.name
    tell_paywall(name, paywalled=result.article.paywalled)
    tell_doubt(name, result.article.doubt)
    of_all = f"of {len(result.numbered)} sentences"
    parts = _doubtful(result.doubtful, of_all)
    if result.flagged:
        parts.append(f"{len(result.flagged)} {'' if parts else f'{of_all} '}failed a check")
    if parts:
        hint = [] if verbose else ["--verbose or --format json names them"]
        tell(f"{name}: {'; '.join(parts + hint)}")
    if result.summary:
        tell_summary(name, result.summary, result.caution, verbose=verbose)
    if verbose:
        for number, sentence in result.numbered:
            doubts = _doubts(number, sentence) if result.caution.is_doubtful(sentence) else []
            if notes := [*doubts, *map(str, sentence.failed)]:
                notes = notes if doubts else [_name(number), *notes]
                tell(f"{name}: {'; '.join(notes)}: {sentence.segment.text} -> {sentence.text}")
        times = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in result.seconds.items())
        tell(f"{name}: {times}")


def tell_summary(name: str, summary: Summary, caution: Caution, *, verbose: bool) -> None:
    """What a reader of the summary has to know."""
    if summary.method not in ("abstractive", "none"):
        why = "; ".join((summary.method, *summary.revisions))
        tell(f"{name}: the summary is the article's own text ({why})")
    doubtful = caution.statements(summary)
    for said in _doubtful(doubtful, f"of {len(summary.statements)} sentences of the summary"):
        tell(f"{name}: {said}")
    if verbose:
        for number, each in doubtful:
            said = f"sentence {number} of the summary, confidence {each.confidence:.2f}"
            tell(f"{name}: {said}: {each.text}")
    if summary.failed:
        tell(f"{name}: the summary failed a check: {'; '.join(map(str, summary.failed))}")


def _doubtful(found: Sequence[tuple[Number, Any]], of_all: str) -> list[str]:
    """How many of all sentences are doubtful and which, where any are."""
    if not found:
        return []
    numbers = list(dict.fromkeys(str(number) for number, _ in found))
    more = ["…"] if len(numbers) > LISTED else []
    verb = "is" if len(found) == 1 else "are"
    return [f"{len(found)} {of_all} {verb} doubtful: {', '.join(numbers[:LISTED] + more)}"]


def _doubts(number: Number, translation: Translation) -> list[str]:
    """Which sentence it is, its confidence, and the words to compare first."""
    words = [f"'{translation.words(each)}': {each.reason}" for each in translation.doubts]
    return [f"{_name(number)}, confidence {translation.confidence:.2f}", *words]


def _name(number: Number) -> str:
    return "title" if number == "title" else f"sentence {number}"
