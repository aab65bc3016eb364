"""Charts as SVG that takes its colors from the page around it."""

from collections.abc import Sequence

from toolkit.evaluation.markup import Html, fill, join

ROW, LABEL, WIDTH, RIGHT = 28, 150, 460, 56


def intervals(rows: Sequence[tuple[str, float, float, float]]) -> Html:
    """A dot with its interval for each name: value, low, high, on one scale from zero."""
    top = max([high for *_, high in rows] + [value for _, value, _, _ in rows] + [1e-9])
    plot = WIDTH - LABEL - RIGHT
    height = ROW * len(rows) + 4

    def x(value: float) -> float:
        return LABEL + plot * max(0.0, value) / top

    parts = []
    for at, (name, value, low, high) in enumerate(rows):
        y = ROW * at + ROW / 2 + 2
        parts += [
            fill('<text x="{}" y="{}" text-anchor="end">{}</text>', LABEL - 8, y + 4, name),
            _line("base", (LABEL, y), (LABEL + plot, y)),
            _line("span", (x(low), y), (x(high), y)),
            fill('<circle cx="{:.1f}" cy="{}" r="5"/>', x(value), y),
            fill('<text x="{}" y="{}">{:.1f}</text>', LABEL + plot + 10, y + 4, value),
        ]
    return _svg(WIDTH, height, parts, "Scores with their intervals")


def scatter(points: Sequence[tuple[str, float, float]], *, across: str, up: str) -> Html:
    """A named dot for each point, from zero on both axes."""
    width, height, left, bottom = WIDTH, 260, 46, 44
    most_x = 1.1 * max([x for _, x, _ in points] + [1e-9])
    most_y = 1.15 * max([y for _, _, y in points] + [1e-9])
    parts = [
        _line("base", (left, height - bottom), (width, height - bottom)),
        _line("base", (left, 8), (left, height - bottom)),
        fill('<text x="{}" y="{}" text-anchor="end">{}</text>', width, height - 8, across),
        fill('<text x="{}" y="18">{}</text>', left + 6, up),
    ]
    for share in (0.5, 1.0):
        x = left + (width - left) * share / 1.1
        y = (height - bottom) * (1 - share / 1.15)
        parts += [
            fill(
                '<text x="{:.0f}" y="{}" text-anchor="middle">{:.3g}</text>',
                x,
                height - bottom + 16,
                most_x / 1.1 * share,
            ),
            fill(
                '<text x="{}" y="{:.0f}" text-anchor="end">{:.3g}</text>',
                left - 8,
                y + 4,
                most_y / 1.15 * share,
            ),
        ]
    for name, value_x, value_y in points:
        x = left + (width - left) * value_x / most_x
        y = (height - bottom) * (1 - value_y / most_y)
        place, anchor = (x - 9, "end") if x > width * 0.7 else (x + 9, "start")
        parts += [
            fill('<circle cx="{:.1f}" cy="{:.1f}" r="5"/>', x, y),
            fill(
                '<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>', place, y - 7, anchor, name
            ),
        ]
    return _svg(width, height, parts, f"{up} against {across}")


def reliability_diagram(points: Sequence[tuple[float, float, int]]) -> Html:
    """A dot for each group of like confidence: that, the share that is right in fact, and how many
    there are, which its area shows. On the diagonal confidence means what it says.
    """
    size, margin = 260, 46
    most = max([count for _, _, count in points] + [1])

    def place(x: float, y: float) -> tuple[float, float]:
        return margin + size * x, size * (1 - y) + 12

    parts = [
        _line("base", place(0, 0), place(1, 0)),
        _line("base", place(0, 0), place(0, 1)),
        _line("base", place(0, 0), place(1, 1)),
    ]
    for share in (0.0, 0.5, 1.0):
        x, y = place(share, 0)
        parts.append(fill('<text x="{}" y="{}" text-anchor="middle">{}</text>', x, y + 18, share))
        x, y = place(0, share)
        parts.append(fill('<text x="{}" y="{}" text-anchor="end">{}</text>', x - 8, y + 4, share))
    for confidence, right, count in points:
        x, y = place(confidence, right)
        title = f"{count} translations of confidence {confidence:.2f}: {right:.2f} right"
        parts.append(
            fill(
                '<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>',
                x,
                y,
                3 + 9 * (count / most) ** 0.5,
                title,
            )
        )
    x, y = place(1, 0)
    parts.append(fill('<text x="{}" y="{}" text-anchor="end">confidence</text>', x, y + 36))
    x, y = place(0, 1)
    parts.append(fill('<text x="{}" y="{}">share that is right</text>', x + 8, y + 4))
    return _svg(size + 2 * margin, size + 60, parts, "Share that is right against confidence")


def heat_map(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]], *, higher_is_better: bool
) -> Html:
    """A table whose cells are the fuller the better, by their place between the extremes."""
    values = [value for _, row in rows for value in row]
    low, high = min(values), max(values)

    def cell(value: float) -> Html:
        share = (value - low) / (high - low) if high > low else 0.5
        share = share if higher_is_better else 1 - share
        return fill('<td class="heat" style="--heat:{:.0f}%">{:.1f}</td>', share * 60, value)

    return html_table(columns, [(name, [cell(value) for value in row]) for name, row in rows])


def html_table(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Html]]]) -> Html:
    """The cells are whole, as `<td>`."""
    head = join(fill("<th>{}</th>", name) for name in columns)
    body = join((fill("<tr><th>{}</th>{}</tr>", name, join(row)) for name, row in rows), "\n")
    return fill('<div class="wide"><table><tr><th></th>{}</tr>\n{}\n</table></div>', head, body)


def _line(kind: str, start: tuple[float, float], end: tuple[float, float]) -> Html:
    drawn = '<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
    return fill(drawn, kind, *start, *end)


def _svg(width: int, height: int, parts: Sequence[Html], title: str) -> Html:
    return fill(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        width,
        height,
        title,
        join(parts),
    )
