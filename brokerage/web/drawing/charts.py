"""Charts as SVG made here, without a library: values are printed on the marks, axes start at zero.

Colours are classes of overview.css; widths and heights are SVG attributes, which the content policy allows.
"""

from collections.abc import Sequence

from markupsafe import Markup

from brokerage.web.typography import typeset

_TEXT = Markup(
    '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="13" font-weight="{}">{}</text>'
)
_BAR = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" stroke-width="1.5"/>')

_WIDEST = 56  # a bar of a year that has only begun


def mirrored_months(
    months: Sequence[str],
    above: Sequence[int],
    below: Sequence[int],
    label: str,
    banks: tuple[str, str] = ("a", "b"),
    width: int = 372,
    height: int = 170,
) -> Markup:
    """Two banks month by month: the first above the line, the second below. `label` is read aloud."""
    step, scale = width / max(len(months), 1), (height / 2 - 24) / max([*above, *below, 1])
    bars = Markup("").join(
        _month(i * step + step / 2, min(step * 0.6, _WIDEST), name, (up, down), scale, height / 2, banks)
        for i, (name, up, down) in enumerate(zip(months, above, below, strict=True))
    )
    return _chart(width, height, label, bars)


def _month(
    x: float,
    wide: float,
    name: str,
    counts: tuple[int, int],
    scale: float,
    middle: float,
    banks: tuple[str, str],
) -> Markup:
    up, down = counts[0] * scale, counts[1] * scale
    left, inner = x - wide / 2 + 0.75, max(wide - 1.5, 0)
    return Markup("").join(
        [
            _BAR.format(f"b-{banks[0]}", left, middle - 10 - up, inner, up) if up else "",
            _BAR.format(f"b-{banks[1]}", left, middle + 10, inner, down) if down else "",
            _TEXT.format("g-axe", x, middle + 4.5, "middle", 400, name),
            _TEXT.format("", x, middle - 14 - up, "middle", 600, counts[0]),
            _TEXT.format("", x, middle + 23 + down, "middle", 600, counts[1]),
        ]
    )


def arch() -> Markup:
    """The little bridge between two figures; decoration."""
    ways = [i / 16 for i in range(1, 16)]
    posts = "".join(f"M{160 * t:g} {63 - 196 * t * (1 - t):.2f}V{52 - 200 * t * (1 - t):.2f}" for t in ways)
    return Markup(
        '<svg viewBox="0 0 160 64" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="tablier" d="M0 63Q80 -35 160 63" stroke-width="4"/>'
        '<path class="garde" d="M0 52Q80 -48 160 52{}" stroke-width="1.3"/></svg>'
    ).format(posts)


def decreasing_bars(bars: Sequence[tuple[int, str]], label: str, width: int = 520) -> Markup:
    """Counts with their words, each bar within the one above; only the last is solid."""
    largest = max([count for count, _words in bars] + [1])
    rows = Markup("").join(
        Markup(
            '<rect class="{}" y="{}" width="{:.1f}" height="34" rx="2"/>'
            '<text class="{}" x="{:.1f}" y="{}" font-size="15" font-weight="600">{} {}</text>'
        ).format(*_row(place, count, words, last=place == len(bars) - 1, scale=width / largest))
        for place, (count, words) in enumerate(bars)
    )
    return _chart(width, len(bars) * 39 - 5, label, rows)


def _row(place: int, count: int, words: str, last: bool, scale: float) -> tuple[object, ...]:
    """Class, place and width of a bar; then of its words, which leave a solid bar too short to hold them."""
    holds = last and count * scale > 9 * len(words)
    return (
        "b-plein" if last else "b-pale",
        place * 39,
        count * scale,
        "sur-plein" if holds else "g-fort",
        12 + (count * scale if last and not holds else 0),
        place * 39 + 22,
        count,
        typeset(words),
    )


def ranges(rows: Sequence[tuple[str, float, float, float, str]], label: str, longest: int = 30) -> Markup:
    """Rows of (words, low, median, high, median as printed): a band from low to high, a dot on the median.

    `longest` is the end of the axis, in the unit of the values; ticks stand at every sixth of it.
    """
    scale, height = 360 / longest, len(rows) * 37 + 1
    ticks = Markup("").join(
        Markup('<path class="grille" d="M{0:.1f} 0V{1}"/>').format(150 + 60 * i, height)
        + _TEXT.format("g-axe", 150 + 60 * i, height + 18, "middle", 400, f"{longest * i / 6:g}")
        for i in range(7)
    )
    bands = Markup("").join(_band(20 + 37 * i, row, scale) for i, row in enumerate(rows))
    return _chart(530, height + 26, label, ticks + bands)


def _band(y: int, row: tuple[str, float, float, float, str], scale: float) -> Markup:
    words, low, median, high, printed = row
    return Markup("").join(
        [
            Markup('<text class="g-texte" x="0" y="{}" font-size="14">{}</text>').format(
                y + 5, words
            ),
            Markup(
                '<path class="etendue" d="M{:.1f} {}H{:.1f}" stroke-width="10" stroke-linecap="round"/>'
            ).format(150 + low * scale, y, 150 + high * scale),
            Markup('<circle class="mediane" cx="{:.1f}" cy="{}" r="7.5"/>').format(150 + median * scale, y),
            _TEXT.format("g-fort", 150 + median * scale, y - 12, "middle", 650, printed),
        ]
    )


def proportions(parts: Sequence[tuple[int, str]], label: str) -> Markup:
    """One line cut in shares: (count, tone), tones oui, attente, non. Words must stand beside it."""
    total, start, pieces = sum(count for count, _tone in parts) or 1, 0.0, []
    for count, tone in parts:
        share = 100 * count / total
        pieces.append(
            Markup('<rect class="b-{}" x="{:.2f}%" width="{:.2f}%" height="14" rx="2"/>').format(
                tone, start, max(share - 0.4, 0.3)
            )
        )
        start += share
    return Markup('<svg class="bilan" role="img" aria-label="{}">{}</svg>').format(
        label, Markup("").join(pieces)
    )


def _chart(width: int, height: int, label: str, inside: Markup) -> Markup:
    return Markup('<svg class="graphe" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, label, inside
    )
