"""Charts as SVG that takes its colors from the page around it."""

import html
from collections.abc import Sequence

ROW, LABEL, WIDTH, RIGHT = 28, 150, 460, 56


def intervals(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """A dot with its interval for each name: value, low, high, on one scale from zero."""
    top = max([high for *_, high in rows] + [value for _, value, _, _ in rows] + [1e-9])
    plot = WIDTH - LABEL - RIGHT
    height = ROW * len(rows) + 4

    def x(value: float) -> float:
        return LABEL + plot * max(0.0, value) / top

    parts = []
    for at, (name, value, low, high) in enumerate(rows):
        y = ROW * at + ROW / 2 + 2
        parts.append(
            f'<text x="{LABEL - 8}" y="{y + 4}" text-anchor="end">{html.escape(name)}</text>'
            f'<line class="base" x1="{LABEL}" y1="{y}" x2="{LABEL + plot}" y2="{y}"/>'
            f'<line class="span" x1="{x(low):.1f}" y1="{y}" x2="{x(high):.1f}" y2="{y}"/>'
            f'<circle cx="{x(value):.1f}" cy="{y}" r="5"/>'
            f'<text x="{LABEL + plot + 10}" y="{y + 4}">{value:.1f}</text>'
        )
    return _svg(WIDTH, height, parts, "Scores with their intervals")


def scatter(points: Sequence[tuple[str, float, float]], *, across: str, up: str) -> str:
    """A named dot for each point, from zero on both axes."""
    width, height, left, bottom = WIDTH, 260, 46, 44
    most_x = 1.1 * max([x for _, x, _ in points] + [1e-9])
    most_y = 1.15 * max([y for _, _, y in points] + [1e-9])
    parts = [
        f'<line class="base" x1="{left}" y1="{height - bottom}" x2="{width}" '
        f'y2="{height - bottom}"/>',
        f'<line class="base" x1="{left}" y1="8" x2="{left}" y2="{height - bottom}"/>',
        f'<text x="{width}" y="{height - 8}" text-anchor="end">{html.escape(across)}</text>',
        f'<text x="{left + 6}" y="18">{html.escape(up)}</text>',
    ]
    for share in (0.5, 1.0):
        x = left + (width - left) * share / 1.1
        y = (height - bottom) * (1 - share / 1.15)
        parts.append(
            f'<text x="{x:.0f}" y="{height - bottom + 16}" text-anchor="middle">'
            f"{most_x / 1.1 * share:.3g}</text>"
            f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">'
            f"{most_y / 1.15 * share:.3g}</text>"
        )
    for name, value_x, value_y in points:
        x = left + (width - left) * value_x / most_x
        y = (height - bottom) * (1 - value_y / most_y)
        end = x > width * 0.7
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
            f'<text x="{x - 9 if end else x + 9:.1f}" y="{y - 7:.1f}" '
            f'text-anchor="{"end" if end else "start"}">{html.escape(name)}</text>'
        )
    return _svg(width, height, parts, f"{up} against {across}")


def heat_map(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]], *, higher_is_better: bool
) -> str:
    """A table whose cells are the fuller the better, by their place between the extremes."""
    values = [value for _, row in rows for value in row]
    low, high = min(values), max(values)

    def cell(value: float) -> str:
        share = (value - low) / (high - low) if high > low else 0.5
        share = share if higher_is_better else 1 - share
        return f'<td class="heat" style="--heat:{share * 60:.0f}%">{value:.1f}</td>'

    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "\n".join(
        f"<tr><th>{html.escape(name)}</th>{''.join(map(cell, row))}</tr>" for name, row in rows
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>\n{body}\n</table></div>'


def _svg(width: int, height: int, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(title)}">'
        + "".join(parts)
        + "</svg>"
    )
