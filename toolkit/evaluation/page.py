"""Runs as one self-contained page: charts, tables, and every output beside source and reference."""

from collections.abc import Iterator, Sequence

from toolkit.evaluation.charts import heat_map, html_table, intervals, scatter
from toolkit.evaluation.compare import main_metric
from toolkit.evaluation.folders import Outcome, Run
from toolkit.evaluation.markup import Html, fill, join
from toolkit.evaluation.ranking import Ranking, compared_parts, rank
from toolkit.evaluation.suites import SuiteTask
from toolkit.evaluation.tables import (
    cell,
    described,
    ranking_remarks,
    ranking_rows,
    signatures,
)

STYLE = (
    ":root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 22%,transparent);"
    "--accent:light-dark(#1d4ed8,#93c5fd);--soft:light-dark(#bfdbfe,#1e3a8a);"
    "--flag:light-dark(#9a3412,#fdba74)}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}"
    "h2{margin-top:3rem}h3{margin:2rem 0 .5rem}"
    "table{border-collapse:collapse}.wide{overflow-x:auto}"
    "td,th{padding:.25rem .7rem;text-align:right;border-top:1px solid var(--line);"
    "white-space:nowrap;font-variant-numeric:tabular-nums}th:first-child{text-align:left;font-weight:500}"
    ".charts{display:grid;gap:1.5rem;"
    "grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr))}"
    "figure{margin:0}figcaption{font-weight:600;margin-bottom:.3rem}"
    "svg{width:100%;max-width:36rem;font-size:14px}"
    "svg text{fill:currentColor}svg circle{fill:var(--accent)}"
    ".base{stroke:var(--line)}.span{stroke:var(--accent);stroke-width:3;stroke-linecap:round}"
    ".heat{background:color-mix(in srgb,var(--soft) var(--heat),transparent)}"
    "details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer}"
    "dl{margin:.5rem 0 .5rem 1rem;display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;"
    "gap:.2rem 1rem}dt{font-weight:600}dd{margin:0;white-space:pre-line}"
    ".flag{color:var(--flag);font-size:.85em;display:block}pre{white-space:pre-wrap;font-size:.8em}"
)
CHARTED = {
    "translation": ("chrF2++", "BLEU", "TER", "flagged"),
    "summaries": ("ROUGE-L", "fact recall", "fact precision", "novel triples"),
    "cleaning": ("kept F1", "kept precision", "kept recall"),
}


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<style>{1}</style>
<h1>{0}</h1>
{2}
<h2>How it was made</h2>
<pre>{3}</pre>
</html>
"""
PART = """<h2>{}</h2>
<p>{} items of {}; intervals of 95 % by bootstrap.</p>{}
<div class="charts">{}</div>
{}
<h3>By document, {}</h3>
{}
<h3>Outputs</h3>
{}"""


def report_page(runs: Sequence[Run]) -> str:
    """The page as HTML; it loads nothing and needs no scripts."""
    compared = [rank(runs[0], part) for part in compared_parts(runs[0])] if len(runs) == 1 else []
    rankings = (_ranking(each, runs[0].record.parts[each.part].task) for each in compared)
    body = join((*rankings, *(_part(runs, part) for part in _parts(runs))), "\n")
    title = "Scores of " + ", ".join(run.name for run in runs)
    made = "\n\n".join(f"{described(run)}\n{signatures(run)}" for run in runs)
    return fill(PAGE, title, Html(STYLE), body, made)


def _parts(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(part for run in runs for part in run.parts()))


def _ranking(ranking: Ranking, task: SuiteTask) -> Html:
    """The models as in the text, and what they come to."""
    remarks = join(fill("<p>{}</p>", remark) for remark in ranking_remarks(ranking))
    (_, *heads), rows = ranking_rows(ranking, task)
    cells = [(name, [fill("<td>{}</td>", each) for each in row]) for name, *row in rows]
    return fill("<h2>Models: {}</h2>{}{}", ranking.part, html_table(heads, cells), remarks)


def _part(runs: Sequence[Run], part: str) -> Html:
    """Charts, table, heat map and outputs of one part, of the runs over the same items."""
    having = [run for run in runs if part in run.parts()]
    first = having[0]
    ids = first.of(part)[0].ids
    same = [run for run in having if run.digest(part) == first.digest(part)]
    columns = [
        (f"{run.name}: {each.system}" if len(same) > 1 else each.system, each.in_order_of(ids))
        for run in same
        for each in run.of(part)
    ]
    timed = not any(
        made.from_store for run in same for made in run.record.parts[part].systems.values()
    )
    about = first.record.parts[part]
    main = main_metric(about.task, columns[0][1].scores)
    others = ", ".join(run.name for run in having if run not in same)
    note = fill("<p>Over other references and left out: {}</p>", others) if others else Html()
    return fill(
        PART,
        part,
        about.items,
        about.corpus,
        note,
        join(_charts(about.task, main, columns, timed=timed)),
        _table(columns),
        main,
        _heat(main, columns),
        join(_outputs(columns)),
    )


def _charts(
    task: str, main: str, columns: Sequence[tuple[str, Outcome]], *, timed: bool
) -> Iterator[Html]:
    """Scores with their intervals, and quality against time where the time was measured."""
    figure = "<figure><figcaption>{}</figcaption>{}</figure>"
    for metric in CHARTED[task]:
        rows = [
            (name, score.value, score.low, score.high)
            for name, each in columns
            if (score := each.score(metric))
        ]
        if rows:
            yield fill(figure, metric, intervals(rows))
    points = [
        (name, each.seconds / len(each.answers), score.value)
        for name, each in columns
        if (score := each.score(main)) and each.seconds
    ]
    if timed and len(points) > 1:
        yield fill(figure, "Quality and time", scatter(points, across="seconds an item", up=main))


def _table(columns: Sequence[tuple[str, Outcome]]) -> Html:
    metrics = dict.fromkeys(score.metric for _, each in columns for score in each.scores)
    rows = [
        (metric, [fill("<td>{}</td>", cell(each.score(metric))) for _, each in columns])
        for metric in metrics
    ]
    return html_table([name for name, _ in columns], rows)


def _heat(main: str, columns: Sequence[tuple[str, Outcome]]) -> Html:
    """The mean of each document's items, a row a document."""
    scores = [each.score(main) for _, each in columns]
    by_document: dict[str, list[int]] = {}
    for place, answer in enumerate(columns[0][1].answers):
        by_document.setdefault(answer.item.document, []).append(place)
    rows: list[tuple[str, list[float]]] = [(name, []) for name in by_document]
    better = True
    for score in scores:
        if score is None:
            return Html()
        better = score.higher_is_better is not False
        for (_, means), places in zip(rows, by_document.values(), strict=True):
            means.append(sum(score.values[place] for place in places) / len(places))
    return heat_map([name for name, _ in columns], rows, higher_is_better=better)


def _outputs(columns: Sequence[tuple[str, Outcome]]) -> Iterator[Html]:
    """Each item, folded, with its source, references and what every system made of it."""
    for at, answer in enumerate(columns[0][1].answers):
        item = answer.item
        texts: list[tuple[str, str]] = [("source", item.source)]
        texts += [("reference", reference) for reference in item.references]
        for name, outcome in columns:
            made = outcome.answers[at]
            scores = ", ".join(f"{s.metric} {s.values[at]:.0f}" for s in outcome.scores[:4])
            flags = join(fill('<span class="flag">{}</span>', str(check)) for check in made.failed)
            texts.append((name, fill("{}{}<small> ({})</small>", made.text, flags, scores)))
        rows = join(fill("<dt>{}</dt><dd>{}</dd>", name, text) for name, text in texts)
        head = f"{item.id}: {' '.join(item.source.split())[:100]}"
        yield fill("<details><summary>{}</summary><dl>{}</dl></details>\n", head, rows)
