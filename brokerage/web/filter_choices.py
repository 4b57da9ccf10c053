"""The panel of filters: every choice with how many rows it would keep, counted again as one ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from brokerage.partners.fields import CustomField, FieldKind
from brokerage.partners.tallies import ALL_TAGS, Tallies
from brokerage.reference.folding import folded
from brokerage.web.formats import number
from brokerage.web.partner_filters import FIELD, FROM, TO, Filter, Options, values
from brokerage.web.typography import typeset

MOST_SAID = 1000
AT_ONCE = 7  # choices shown without being asked for; longer lists unfold


@dataclass(frozen=True)
class Choice:
    """One value of a filter: its words, whether it is ticked, and how many rows it would keep, as one reads it."""

    id: str
    value: str
    words: str
    ticked: bool
    count: str


@dataclass(frozen=True)
class Box:
    """A place to write a value: its name in an address, its words, what it holds, and what kind of value it takes."""

    name: str
    words: str
    typed: str
    type: str = "text"  # or "date"
    mode: str = ""  # the keyboard of a telephone


@dataclass(frozen=True)
class Group:
    """A filter as the panel draws it. `boxes` are to write in: one for a text, two for the ends of a range."""

    name: str
    label: str
    choices: Sequence[Choice]
    single: bool
    boxes: Sequence[Box] = ()

    @property
    def ticked(self) -> int:
        """How many of its values are in force."""
        return sum(choice.ticked for choice in self.choices)

    @property
    def unfolds(self) -> bool:
        """Whether it is too long to be read at a glance."""
        return len(self.choices) > AT_ONCE


@dataclass(frozen=True)
class Panel:
    """All of it, and what the button says."""

    groups: Sequence[Group]
    button: str


def panel_of(filters: dict[str, Filter], tallies: Tallies, options: dict[str, Options], own: Sequence[CustomField] = ()) -> Panel:
    """The choices of every filter; `options` are those that only the database knows."""
    groups = [_group(name, known, tallies, options.get(name) or _typeset(known.options())) for name, known in filters.items()]
    every = [group for group in groups if group.choices] + [_own(field, tallies) for field in own]
    return Panel(sorted(every, key=lambda group: not group.unfolds), _button(tallies))


def _typeset(options: Options) -> Options:
    """The house's own words; what members and associations are called stays as they wrote it."""
    return [(value, typeset(str(words))) for value, words in options]


def _group(name: str, known: Filter, tallies: Tallies, options: Options) -> Group:
    ticked = values(name, known, request.args)
    listed = [value for value, _words in options]
    every = [*options, *((value, known.words(value)) for value in ticked if value not in listed)]
    choices = [_choice(name, known.field, value, words, value in ticked, tallies) for value, words in every]
    return Group(name, str(known.label), choices, not known.several)


def _choice(name: str, field: str, value: Any, words: Any, ticked: bool, tallies: Tallies) -> Choice:
    stored = {"oui": "true", "non": "false"}.get(value, value) if field == "open_now" else str(value)
    return Choice(_mark(name, value), str(value), str(words), ticked, said(tallies.of(field, stored), tallies.all_seen))


def _mark(name: str, value: object) -> str:
    return f"n-{name}-{crc32(str(value).encode()):x}"


def _own(field: CustomField, tallies: Tallies) -> Group:
    """A choice is ticked; of anything else, what is in force stays ticked, and there is room for more."""
    name = f"{FIELD}{field.key}"
    ticked = [value for value in dict.fromkeys(request.args.getlist(name)) if value.strip()]
    if field.kind is FieldKind.CHOICE:
        every = [*field.options, *(value for value in ticked if value not in field.options)]
        return Group(name, field.name, [_choice(name, f"own:{field.key}", v, v, v in ticked, tallies) for v in every], False)
    return Group(name, field.name, [Choice(_mark(name, v), v, v, True, "") for v in ticked], False, _boxes(name, field))


def _boxes(name: str, field: CustomField) -> Sequence[Box]:
    if field.kind is FieldKind.TEXT:
        return [Box(name, field.name, "")]
    kind, mode = ("date", "") if field.kind is FieldKind.DATE else ("text", "decimal")
    ends = ((FROM, pgettext("range", "De")), (TO, pgettext("range", "À")))
    return [Box(name + end, words, request.args.get(name + end, ""), kind, mode) for end, words in ends]


def said(many: int, exactly: bool = True) -> str:
    """A count as it is read; nobody reads an exact number beyond a thousand, and looking for one costs."""
    if many > MOST_SAID:
        return _("plus de %(num)s", num=number(MOST_SAID))
    if many and not exactly:
        return _("plus de %(num)s", num=number(many))
    return number(many) if exactly else ""


def _button(tallies: Tallies) -> str:
    if tallies.total > MOST_SAID:
        return _("Voir plus de %(num)s partenaires", num=number(MOST_SAID))
    return ngettext("Voir %(num)d partenaire", "Voir %(num)d partenaires", tallies.total)


def tags_in_use(tallies: Tallies) -> Options:
    """The tags of the book, whatever is ticked, in the order of the alphabet."""
    return [(tag, tag) for tag in sorted(tallies.counts.get(ALL_TAGS, {}), key=folded)]
