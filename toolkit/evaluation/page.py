"""Runs as one self-contained page: charts, tables, and every output beside source and reference."""

import html
from collections.abc import Iterator, Sequence
from itertools import groupby

from toolkit.evaluation.charts import heat_map, intervals, scatter
from toolkit.evaluation.compare import MAIN_METRIC
from toolkit.evaluation.runs import Outcome, Run
from toolkit.evaluation.tables import cell, described, signatures

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


def report_page(runs: Sequence[Run]) -> str:
    """The page as HTML; it loads nothing and needs no scripts."""
    body = "\n".join(_part(runs, part) for part in _parts(runs))
    title = "Scores of " + ", ".join(html.escape(run.name) for run in runs)
    made = "\n\n".join(f"{described(run)}\n{signatures(run)}" for run in runs)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n{body}\n"
        f"<h2>How it was made</h2>\n<pre>{html.escape(made)}</pre>\n</html>\n"
    )


def _parts(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(part for run in runs for part in run.parts()))


def _part(runs: Sequence[Run], part: str) -> str:
    """Charts, table, heat map and outputs of one part, of the runs over the same items."""
    first = next(run for run in runs if part in run.parts())
    same = [run for run in runs if part in run.parts() and run.digest(part) == first.digest(part)]
    columns = [
        (f"{run.name}: {each.system}" if len(same) > 1 else each.system, each)
        for run in same
        for each in run.of(part)
    ]
    timed = not any(
        made["from_store"] for run in same for made in run.record["parts"][part]["systems"].values()
    )
    about = first.record["parts"][part]
    task = about["task"]
    left_out = [run.name for run in runs if part in run.parts() and run not in same]
    note = f"<p>Over other references and left out: {', '.join(left_out)}</p>" if left_out else ""
    return (
        f"<h2>{html.escape(part)}</h2>\n<p>{about['items']} items of "
        f"{html.escape(about['corpus'])}; intervals of 95 % by bootstrap.</p>{note}\n"
        f'<div class="charts">{"".join(_charts(task, columns, timed=timed))}</div>\n'
        f"{_table(columns)}\n<h3>By document, {MAIN_METRIC[task]}</h3>\n{_heat(task, columns)}\n"
        f"<h3>Outputs</h3>\n{''.join(_outputs(columns))}"
    )


def _charts(task: str, columns: Sequence[tuple[str, Outcome]], *, timed: bool) -> Iterator[str]:
    """Scores with their intervals, and quality against time where the time was measured."""
    for metric in CHARTED[task]:
        rows = [
            (name, score.value, score.low, score.high)
            for name, each in columns
            if (score := each.score(metric))
        ]
        if rows:
            yield f"<figure><figcaption>{metric}</figcaption>{intervals(rows)}</figure>"
    main = MAIN_METRIC[task]
    points = [
        (name, each.seconds / len(each.answers), score.value)
        for name, each in columns
        if (score := each.score(main)) and each.seconds
    ]
    if timed and len(points) > 1:
        chart = scatter(points, across="seconds an item", up=main)
        yield f"<figure><figcaption>Quality and time</figcaption>{chart}</figure>"


def _table(columns: Sequence[tuple[str, Outcome]]) -> str:
    metrics = dict.fromkeys(score.metric for _, each in columns for score in each.scores)
    head = "".join(f"<th>{html.escape(name)}</th>" for name, _ in columns)
    rows = "\n".join(
        f"<tr><th>{metric}</th>"
        + "".join(f"<td>{cell(each.score(metric))}</td>" for _, each in columns)
        + "</tr>"
        for metric in metrics
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>\n{rows}\n</table></div>'


def _heat(task: str, columns: Sequence[tuple[str, Outcome]]) -> str:
    """The mean of each document's items, a row a document."""
    by_system = []
    better = True
    for _, each in columns:
        score = each.score(MAIN_METRIC[task])
        if score is None:
            return ""
        better = score.higher_is_better is not False
        pairs = zip((answer.item.document for answer in each.answers), score.values, strict=True)
        groups = groupby(pairs, key=lambda pair: pair[0])
        means: dict[str, float] = {}
        for document, group in groups:
            values = [value for _, value in group]
            means[document] = sum(values) / len(values)
        by_system.append(means)
    documents = list(dict.fromkeys(name for means in by_system for name in means))
    rows = [(name, [means[name] for means in by_system]) for name in documents]
    return heat_map([name for name, _ in columns], rows, higher_is_better=better)


def _outputs(columns: Sequence[tuple[str, Outcome]]) -> Iterator[str]:
    """Each item, folded, with its source, references and what every system made of it."""
    for at, answer in enumerate(columns[0][1].answers):
        item = answer.item
        parts = [("source", html.escape(item.source))]
        parts += [("reference", html.escape(each)) for each in item.references]
        for name, outcome in columns:
            made = outcome.answers[at]
            scores = ", ".join(f"{s.metric} {s.values[at]:.0f}" for s in outcome.scores[:4])
            flags = "".join(
                f'<span class="flag">{html.escape(each)}</span>' for each in made.failed
            )
            text = f"{html.escape(made.text)}{flags}<small> ({scores})</small>"
            parts.append((html.escape(name), text))
        rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in parts)
        head = html.escape(f"{item.id}: {' '.join(item.source.split())[:100]}")
        yield f"<details><summary>{head}</summary><dl>{rows}</dl></details>\n"
