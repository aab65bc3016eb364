"""Runs and comparisons as tables of text and of Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

from toolkit.evaluation.compare import Comparison
from toolkit.evaluation.folders import Outcome, Run
from toolkit.evaluation.markup import flat
from toolkit.evaluation.markup import markdown as in_markdown
from toolkit.evaluation.metrics import Score
from toolkit.evaluation.ranking import SIGNIFICANT, Ranking, compared_parts, rank
from toolkit.evaluation.records import Made, PartRecord
from toolkit.evaluation.suites import SuiteTask

REPRODUCIBLE = (
    "the same run on the same machine gives the same scores, from an empty store or from its own"
)
BATCHED = (
    "a sentence may come out in other words when others run beside it: with other items, or with "
    "some of the answers in the store, scores vary a little"
)
SO_FAR = (
    "a peak so far is that of a process that ran the systems before as well; what came from the "
    "store took no memory"
)
# Beside the metric that models are ranked by, speed and memory.
RANKED: Mapping[SuiteTask, tuple[str, ...]] = {
    "translation": ("BLEU", "flagged", "confidence"),
    "summaries": ("ROUGE-L", "unsupported", "flagged"),
}


def cell(score: Score | None) -> str:
    """The value with its interval, which is left out where it is the value itself."""
    if score is None:
        return "–"
    if score.low == score.high:
        return f"{score.value:.1f}"
    return f"{score.value:.1f} [{score.low:.1f}, {score.high:.1f}]"


def run_tables(runs: Sequence[Run], *, markdown: bool = False) -> str:
    """One table for each part, a column for each system, and below it what they were made with."""
    compared = compared_parts(runs[0]) if len(runs) == 1 else []
    blocks = [_ranking(runs[0], rank(runs[0], part), markdown=markdown) for part in compared]
    parts = dict.fromkeys(part for run in runs for part in run.parts())
    for part in [part for part in parts if part not in compared]:
        of_part = [(run, each) for run in runs if part in run.parts() for each in run.of(part)]
        several = len({run.name for run, _ in of_part}) > 1
        names = [f"{run.name}:{each.system}" if several else each.system for run, each in of_part]
        about = of_part[0][0].record.parts[part]
        metrics = dict.fromkeys(score.metric for _, each in of_part for score in each.scores)
        rows = [[metric, *(cell(each.score(metric)) for _, each in of_part)] for metric in metrics]
        rows.append(["seconds", *(_seconds(run, each) for run, each in of_part)])
        rows.append(["peak MB", *(_peak(_made(run, each)) for run, each in of_part)])
        blocks.append(_heading(part, about, markdown=markdown))
        blocks.append(table(["", *names], rows, markdown=markdown))
    return "\n\n".join(blocks) + "\n"


def _heading(part: str, about: PartRecord, *, markdown: bool) -> str:
    heading = f"{part}: {about.items} items of {about.corpus}"
    return f"### {in_markdown(heading)}" if markdown else flat(heading)


def _ranking(run: Run, ranking: Ranking, *, markdown: bool) -> str:
    """A row for each model, and below them what they come to."""
    rendered = in_markdown if markdown else flat
    about = run.record.parts[ranking.part]
    blocks = [_heading(ranking.part, about, markdown=markdown)]
    blocks.append(table(*ranking_rows(ranking, about.task), markdown=markdown))
    between = "\n\n" if markdown else "\n"
    blocks.append(between.join(map(rendered, ranking_remarks(ranking))))
    return "\n\n".join(blocks)


def ranking_rows(ranking: Ranking, task: SuiteTask) -> tuple[list[str], list[list[str]]]:
    """The heads of the columns, and the cells of each model, its name first; those that failed
    come last.
    """
    shown = [
        metric
        for metric in dict.fromkeys((ranking.metric, *RANKED[task]))
        if any(each.outcome.score(metric) for each in ranking.models)
    ]
    speed = "words/s" if task == "translation" else "s/article"
    rows = [
        [
            each.name,
            "best" if each.p is None else "<0.001" if each.p < 0.001 else f"{each.p:.3f}",
            *(cell(each.outcome.score(metric)) for metric in shown),
            f"{each.words_a_second if task == 'translation' else each.seconds_an_item:.1f}",
            "–" if each.made.loading is None else f"{each.made.loading:.1f}",
            _peak(each.made),
        ]
        for each in ranking.models
    ]
    head = ["", "p", *shown, speed, "loading s", "peak MB"]
    rows += [[name, "failed", *["–"] * (len(head) - 2)] for name in ranking.failed]
    return head, rows


def ranking_remarks(ranking: Ranking) -> list[str]:
    """The verdict, how it was tested, and what failed."""
    remarks = [ranking.verdict()]
    if len(ranking.models) > 1:
        remarks.append(
            f"p: of the difference in {ranking.metric} to the first, by approximate randomization "
            f"of {ranking.tested}; below {SIGNIFICANT} it is significant."
        )
    return remarks + [f"{name} failed: {why}" for name, why in ranking.failed.items()]


def report(runs: Sequence[Run], *, markdown: bool = False) -> str:
    """The tables, and below them how each run was made and the signatures of its scores."""
    heading, fence = "", ""
    if markdown:
        names = in_markdown(", ".join(run.name for run in runs))
        heading = (
            f"# Scores\n\nOf the runs {names}, by `toolkit eval report`; not edited by hand.\n\n"
        )
        fence = "```\n"
    made = "\n".join(f"{fence}{described(run)}\n{signatures(run)}\n{fence}" for run in runs)
    return f"{heading}{run_tables(runs, markdown=markdown)}\n{made}".rstrip("\n") + "\n"


def signatures(run: Run) -> str:
    """The signature of each metric of a run, a line each."""
    found = dict.fromkeys(
        flat(f"{score.metric}: {score.signature}")
        for outcome in run.outcomes
        for score in outcome.scores
    )
    return "\n".join(found)


def described(run: Run) -> str:
    """In a few lines with what and on what a run was made."""
    record = run.record
    machine, revision = record.machine, record.revision
    clean = "" if revision.clean else ", with changes"
    libraries = ", ".join(f"{name} {number}" for name, number in record.libraries.items())
    lines = [
        f"run {run.name}, finished {record.finished}",
        f"toolkit {record.toolkit} ({revision.commit[:12]}{clean})",
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB; {libraries}",
    ]
    lines += [f"note: {note}" for note in notes(run)]
    return "\n".join(map(flat, lines))


def notes(run: Run) -> list[str]:
    """What a reader has to know of how the numbers came about."""
    parts = run.record.parts.values()
    engines = [
        made
        for part in parts
        for system in part.systems.values()
        for made in system.provenance.values()
        if isinstance(made, dict) and "compute_type" in made
    ]
    found = list(run.remarks)
    if any("int8" in str(engine["compute_type"]) for engine in engines):
        found.append("int8 weights: other processors may give other words; float32 gives the same")
    if engines:
        found.append(REPRODUCIBLE)
    if any(_is_batched(engine) for engine in engines):
        found.append(BATCHED)
    if any(
        system.from_store
        for part in parts
        if part.task != "cleaning"
        for system in part.systems.values()
    ):
        found.append("seconds leave out what the store had; see the suite speed for times")
    if any(system.from_store for part in parts for system in part.systems.values()):
        found.append(SO_FAR)
    if run.record.limit:
        found.append(f"only the first {run.record.limit} items of each part")
    return found


def comparison_text(comparison: Comparison) -> str:
    """The differences, the documents won and lost, and the segments that differ most."""
    first, second = comparison.names
    rows = [
        [
            difference.metric,
            f"{difference.baseline:.1f}",
            f"{difference.candidate:.1f}",
            f"{difference.candidate - difference.baseline:+.1f}",
            f"{difference.p_bootstrap:.3f}",
            f"{difference.p_randomization:.3f}",
        ]
        for difference in comparison.differences
    ]
    head = ["", "baseline", "candidate", "difference", "p bootstrap", "p randomization"]
    parts = [
        flat(f"{comparison.part}: {second} against {first}"),
        table(head, rows),
        flat(
            f"documents by {comparison.main_metric}: {len(comparison.won)} won, "
            f"{len(comparison.lost)} lost, {len(comparison.tied)} tied"
            + (f"; lost: {', '.join(comparison.lost)}" if comparison.lost else "")
        ),
        f"The {len(comparison.pairs)} items that differ most by {comparison.main_metric}:",
    ]
    for pair in comparison.pairs:
        item = pair.baseline.item
        source = item.source if len(item.source) < 600 else f"{item.source[:600]}…"
        reference = f"  reference  {flat(item.references[0])}\n" if item.references else ""
        parts.append(
            f"{flat(item.id)}: {pair.values[0]:.1f} → {pair.values[1]:.1f}\n"
            f"  source     {flat(source)}\n"
            f"{reference}"
            f"  baseline   {flat(pair.baseline.text)}\n"
            f"  candidate  {flat(pair.candidate.text)}"
        )
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, markdown: bool = False) -> str:
    """Columns of text, the first one to the left; as Markdown with its bars."""
    head, *rows = (
        [in_markdown(text) if markdown else flat(text) for text in row] for row in (head, *rows)
    )
    if markdown:
        lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if at == 0 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    )


def _seconds(run: Run, outcome: Outcome) -> str:
    tokens = outcome.new_tokens
    timed = tokens and outcome.seconds and not _made(run, outcome).from_store
    return f"{outcome.seconds:.1f}" + (
        f", {tokens / outcome.seconds:.0f} tokens/s" if timed else ""
    )


def _peak(made: Made) -> str:
    """Systems that use the store share a process, whose peak is not of the last one alone."""
    if made.peak_mb is None:
        return "–"
    return f"{made.peak_mb} so far" if made.from_store else str(made.peak_mb)


def _is_batched(engine: Mapping[str, JsonValue]) -> bool:
    """Whether what is computed together changes the rounding: docs/decisions/0014."""
    return engine.get("engine") == "ctranslate2" or "int8" in str(engine["compute_type"])


def _made(run: Run, outcome: Outcome) -> Made:
    return run.record.parts[outcome.part].systems[outcome.system]
