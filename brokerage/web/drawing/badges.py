"""Small marks that go with words: the state of a request, the bank somebody comes from, a counted gauge."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from brokerage.web.drawing.icons import icon


class Bank(Protocol):
    """What the marks need to know of an association: `bank` is "a", "b" or "c"."""

    @property
    def name(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def bank(self) -> str: ...


class State(NamedTuple):
    """How a state is shown: never by its colour alone."""

    tone: str
    icon: str
    label: str


# The twelve states a reader can meet, in the order of a request's life (design language, §3).
STATES: Mapping[str, State] = MappingProxyType(
    {
        "brouillon": State("neutre", "pencil-line", _l("Brouillon")),
        "a_decider": State("encre", "inbox", _l("À décider")),
        "precisions": State("attente", "message-circle-question-mark", _l("Précisions demandées")),
        "redirigee": State("attente", "corner-up-right", _l("Autre contact proposé")),
        "chez_partenaire": State("lagon", "mail-open", _l("Chez le partenaire")),
        "plus_tard": State("attente", "calendar-clock", _l("Plus tard")),
        "accord": State("oui", "mail-check", _l("Accord donné")),
        "introduite": State("oui", "handshake", _l("Mise en relation faite")),
        "rencontre": State("oui", "circle-check-big", _l("Rencontre confirmée")),
        "declinee": State("non", "circle-slash", _l("Déclinée")),
        "sans_reponse": State("neutre", "hourglass", _l("Sans réponse")),
        "retiree": State("neutre", "undo-2", _l("Retirée")),
    }
)


def state_label(key: str) -> str:
    """The words of a state where there is no markup: exports, page titles. Raises KeyError if unknown."""
    return str(STATES[key].label)


def state_badge(key: str, bare: bool = False) -> Markup:
    """Icon and words of a state, on its tone; `bare` without the background. Raises KeyError if unknown."""
    return _state_badge(key, bare, str(STATES[key].label))


@lru_cache(maxsize=256)
def _state_badge(key: str, bare: bool, label: str) -> Markup:
    return badge(STATES[key].tone, STATES[key].icon, label, bare)


@lru_cache(maxsize=1024)
def badge(tone: str, picture: str, words: str, bare: bool = False) -> Markup:
    """Icon and words on a tone, as a state is drawn, for what depends on the reader."""
    look = "etat etat-nu" if bare else "etat"
    return Markup('<span class="{} t-{}">{}{}</span>').format(look, tone, icon(picture), words)


def bank_mark(association: Bank | None, large: bool = False) -> Markup:
    """The letters of an association in its shape and colour, full name in the title; nothing for None."""
    if association is None:
        return Markup("")
    return _bank_mark(association.name, association.short, association.bank, large)


@lru_cache(maxsize=1024)
def _bank_mark(name: str, short: str, bank: str, large: bool) -> Markup:
    look = f"rive rive-{bank}" + " rive-g" * large + " rive-l" * (len(short) > 2)
    return Markup('<abbr class="{}" title="{}">{}</abbr>').format(look, name, short)


def avatar(initials: str, bank: str = "a", large: bool = False) -> Markup:
    """A person's initials in the tint of their bank; decoration, the name always stands beside it."""
    tint = "" if bank == "a" else f" avatar-{bank}"
    look = f"avatar{tint}" + " avatar-g" * large
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(look, initials)


def locked_avatar(large: bool = True) -> Markup:
    """The avatar of a contact whose name is not ours to see: a padlock, no initial."""
    return Markup('<span class="avatar avatar-n{}" aria-hidden="true">{}</span>').format(
        " avatar-g" * large, icon("lock-keyhole")
    )


# The name of the icon hides `icon` inside `slats`, where templates expect that word.
_icon = icon


@lru_cache(maxsize=2048)
def slats(n: int, total: int, text: str, tone: str = "", icon: str | None = None) -> Markup:
    """`n` slats filled out of `total`, then words; `tone` is one of attente, non, oui, or nothing."""
    filled = Markup('<b class="x"></b>') * min(n, total) + Markup("<b></b>") * max(total - n, 0)
    return Markup('<span class="lattes{}"><i aria-hidden="true">{}</i>{}<span>{}</span></span>').format(
        f" t-{tone}" if tone else "", filled, _icon(icon) if icon else "", text
    )
