"""The illustration: one footbridge, with planks missing or people on it, for empty, lost and public pages."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

_LEFT, _RIGHT, _SHORE, _RISE, _PLANKS = 80, 560, 150, 74, 27
_WIDTH = 640
_WAVES = (
    (110, 250, 188),
    (300, 350, 188),
    (395, 530, 188),
    (150, 195, 206),
    (240, 400, 206),
    (455, 505, 206),
)


class Scene(NamedTuple):
    """`people`: (share of the way, bank); `missing`: plank numbers from the left, side by side, out of 27."""

    people: tuple[tuple[float, str], ...] = ()
    missing: tuple[int, ...] = ()
    height: int = 230


SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "empty": Scene(people=((0.5, "b"),)),
        "asking": Scene(people=((0.78, "b"),), height=212),
        "apart": Scene(people=((0.16, "a"), (0.84, "b"))),
        "met": Scene(people=((0.44, "a"), (0.56, "b"))),
        "lost": Scene(people=((0.43, "a"),), missing=(14, 15, 16, 17)),
        "closed": Scene(missing=(11, 12, 13, 14, 15)),
    }
)


@cache
def drawing(scene: str = "empty") -> Markup:
    """A scene by its name: empty, asking, apart, met, lost (planks missing), closed. Never read aloud.

    Raises KeyError for an unknown name.
    """
    shown = SCENES[scene]
    spans = _spans(shown.missing)
    parts = [_banks(shown.height), _water()]
    parts += [_deck(start, end, whole=not shown.missing) for start, end in spans]
    parts += [_person(way, bank) for way, bank in shown.people]  # behind the handrail
    parts += [_baluster(plank) for plank in range(_PLANKS) if plank not in shown.missing]
    parts += [_line("garde", -24, *span, 'stroke-width="2.6" stroke-linecap="round"') for span in spans]
    return Markup('<svg class="dessin" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        _WIDTH, shown.height, Markup("".join(parts))
    )


def _x(way: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * way


def _y(way: float) -> float:
    return _SHORE - 4 * _RISE * way * (1 - way)


def _spans(missing: tuple[int, ...]) -> list[tuple[float, float]]:
    if not missing:
        return [(0, 1)]
    return [(0, min(missing) / _PLANKS), ((max(missing) + 1) / _PLANKS, 1)]


def _banks(height: int) -> str:
    ground, edge = _SHORE + 6, _SHORE + 5
    return (
        f'<path class="berge-a" d="M0 {ground}H{_LEFT + 4}V{height}H0Z"/>'
        f'<path class="berge-b" d="M{_WIDTH} {ground}H{_RIGHT - 4}V{height}H{_WIDTH}Z"/>'
        f'<path class="quai-a" d="M0 {edge}H{_LEFT + 6}" stroke-width="4" stroke-linecap="round"/>'
        f'<path class="quai-b" d="M{_WIDTH} {edge}H{_RIGHT - 6}" stroke-width="4" stroke-linecap="round"/>'
    )


def _water() -> str:
    waves = "".join(f"M{start} {y}H{end}" for start, end, y in _WAVES)
    return f'<path class="eau" d="{waves}" stroke-width="4" stroke-linecap="round"/>'


def _deck(start: float, end: float, whole: bool) -> str:
    cap = "round" if whole else "butt"
    shade = _line("tablier", 15, max(start, 0.1), min(end, 0.9), 'stroke-width="2" opacity=".3"')
    return _line("tablier", 0, start, end, f'stroke-width="7" stroke-linecap="{cap}"') + shade


def _line(cls: str, below: int, start: float, end: float, look: str) -> str:
    """The curve of the bridge, `below` the deck, between two shares of the way."""
    ways = [start + (end - start) * step / 60 for step in range(61)]
    points = "L".join(f"{_x(way):.1f} {_y(way) + below:.1f}" for way in ways)
    return f'<path class="{cls}" d="M{points}" {look}/>'


def _person(way: float, bank: str) -> str:
    return (
        f'<g class="gens-{bank}" transform="translate({_x(way):.1f} {_y(way) - 3:.1f})">'
        '<path d="M-9.5 2V-25a9.5 9.5 0 0 1 19 0V2Z"/><circle cy="-46" r="8.6"/></g>'
    )


def _baluster(plank: int) -> str:
    way = (plank + 0.5) / _PLANKS
    return (
        f'<path class="balustre" d="M{_x(way):.1f} {_y(way) - 2:.1f}V{_y(way) - 24:.1f}" stroke-width="1.5"/>'
    )
