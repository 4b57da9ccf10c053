"""The bridge: how far a request is, between the bank that asks and the bank that is asked."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup

from brokerage.web.drawing.badges import STATES, Bank, bank_mark, state_badge
from brokerage.web.drawing.icons import icon

_WIDTH, _HEIGHT = 1000, 72
_HANDRAIL = -14  # above the deck, in the same units
_LOOKS = {"done": "fait", "here": "ici", "": ""}


class Step(NamedTuple):
    """One node: `stage` is "done", "here", "" (to come), or the key of the state that stopped it all."""

    label: str
    when: str = ""
    stage: str = ""


class End(NamedTuple):
    """One bank: who stands there. `association` is None when it has no mark."""

    association: Bank | None
    name: str
    title: str = ""


def bridge(
    steps: Iterable[Sequence[str]], left: Sequence[object], right: Sequence[object], moved: bool = False
) -> Markup:
    """The whole bridge; steps are (label, when, stage), ends are (association, name, title).

    Two to seven steps. `moved` plays the deck's one movement, for the page shown just after a step.
    A `stage` that is the key of a state ("declinee", "sans_reponse", …) stops the deck there and shows it.
    """
    walk = [Step(*step) for step in steps]
    if not 2 <= len(walk) <= 7:
        raise ValueError("a bridge has two to seven steps")
    return Markup(
        '<div class="pont-cadre"><div class="pont">{}<div class="pont-arche">{}'
        '<ol class="pont-pas pas-{}" aria-label="{}">{}</ol></div>{}</div></div>'
    ).format(
        _end(End(*left)),  # type: ignore[arg-type]
        _decks(walk, moved),
        len(walk),
        _("Avancement de la demande"),
        Markup("").join(_node(step) for step in walk),
        _end(End(*right)),  # type: ignore[arg-type]
    )


def _end(end: End) -> Markup:
    return Markup('<div class="pont-rive">{}<strong>{}</strong><span>{}</span></div>').format(
        bank_mark(end.association), end.name, end.title
    )


def _node(step: Step) -> Markup:
    if step.stage in STATES:
        state = STATES[step.stage]
        return Markup(
            '<li class="fini t-{}" aria-current="step"><i>{}</i><span><b>{}</b> {}</span>{}</li>'
        ).format(state.tone, icon(state.icon), step.label, step.when, state_badge(step.stage))
    sign = {"done": icon("check"), "here": icon("user-round")}.get(step.stage, "")
    current = Markup(' aria-current="step"') if step.stage == "here" else ""
    return Markup('<li class="{}"{}><i>{}</i><span><b>{}</b> {}</span></li>').format(
        _LOOKS[step.stage], current, sign, step.label, step.when
    )


def _decks(walk: list[Step], moved: bool) -> Markup:
    """The deck to build, the deck already built, and the plank just laid when the request has `moved`."""
    reached = [place for place, step in enumerate(walk) if step.stage]
    built = _middle(reached[-1], walk) if reached else 0.0
    if all(step.stage == "done" for step in walk):
        built = 1.0
    before = _middle(reached[-2], walk) if moved and len(reached) > 1 else built
    return _span(0, 1, "") + _span(0, before, "fait") + _span(before, built, "fait avance")


def _middle(place: int, walk: list[Step]) -> float:
    return (place + 0.5) / len(walk)


def _span(start: float, end: float, cls: str) -> Markup:
    """The piece of both curves between two shares of the way; nothing when it is empty."""
    if end <= start:
        return Markup("")
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="garde" d="{}"/><path class="tablier" d="{}"/></svg>'
    ).format(cls, _WIDTH, _HEIGHT, _curve(start, end, _HANDRAIL), _curve(start, end, 0))


def _curve(start: float, end: float, rise: float) -> str:
    """The parabola of the deck, cut exactly: a quadratic Bézier between two of its own points."""

    def height(t: float, u: float) -> float:  # blossom of the curve 0 72, 500 -72, 1000 72
        return round(_HEIGHT * (1 - 2 * (t + u) + 4 * t * u) + rise, 2)

    middle = _WIDTH * (start + end) / 2
    return (
        f"M{_WIDTH * start:g} {height(start, start):g}"
        f"Q{middle:g} {height(start, end):g} {_WIDTH * end:g} {height(end, end):g}"
    )
