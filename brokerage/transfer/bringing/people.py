"""The people of a file: the same person written twice becomes one, with the strictest permission said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from brokerage.partners.models import ContactRole, Permission
from brokerage.reference.folding import folded
from brokerage.transfer.bringing.cleaning import clean
from brokerage.transfer.bringing.remarks import Told
from brokerage.transfer.mapping.parsed import ParsedRow, Person

# From the most open to the strictest. A file may close what was open, never the other way round: only SHARE_OK,
# which a person gave, opens what nobody had asked about yet.
STRICTNESS = [Permission.ASK_FIRST, Permission.SHARE_OK, Permission.NO_SHARE, Permission.DO_NOT_CONTACT]
NOBODY = "Contact"  # the name shown for an address without a person


class Named(Protocol):
    """Whoever has a first and a last name."""

    @property
    def first_name(self) -> str: ...

    @property
    def last_name(self) -> str: ...


@dataclass(frozen=True)
class Newcomer:
    """A person as the file tells; "" where it does not."""

    civility: str
    first_name: str
    last_name: str
    role: ContactRole
    title: str
    email: str
    phone: str
    mobile: str
    permission: Permission
    theirs: frozenset[str] = frozenset()  # what somebody takes from the file where the book says otherwise
    place: int = 0  # among the people of its row

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_named(self) -> bool:
        """Whether the file names somebody, not only an address."""
        return self.last_name not in ("", NOBODY, self.title)


def strictest(*several: Permission) -> Permission:
    """The strictest of several permissions."""
    return max(several, key=STRICTNESS.index)


def gathered_people(rows: Sequence[ParsedRow], told: Sequence[Told]) -> tuple[Newcomer, ...]:
    """The people of the rows of one organisation, each once, in the order of the file."""
    found: list[Newcomer] = []
    for row, words in zip(rows, told, strict=True):
        for place, person in enumerate(row.contacts):
            one = _newcomer(person, Permission(row.permission), words)
            if one is not None:
                chosen = frozenset(key.partition(":")[0] for key in row.theirs if key.endswith(f":{place}"))
                _join(found, replace(one, theirs=chosen, place=place))
    return tuple(_as_strict_as_namesakes(one, found) for one in found)


def _newcomer(person: Person, permission: Permission, words: Told) -> Newcomer | None:
    title = words.kept(clean(person.role, 200))
    first, last = _name(words.kept(person.first_name), 120), _name(words.kept(person.last_name), 160)
    if not (last or first or person.email or person.phone or person.mobile):
        return None
    return Newcomer(
        civility=clean(person.civility, 20),
        first_name=first if last else "",
        last_name=last or first or title[:160] or NOBODY,
        role=ContactRole(person.role_code),
        title=title,
        email=person.email or "",
        phone=person.phone or "",
        mobile=person.mobile or "",
        permission=permission,
    )


def _name(text: str, most: int) -> str:
    """A name, or nothing for « ? » and « - »: what has no letter names nobody, and is recognised by nothing."""
    return clean(text, most) if folded(text) else ""


def _join(found: list[Newcomer], one: Newcomer) -> None:
    """Two addresses are two contacts; a line without address belongs to the person of that name."""
    for place, known in enumerate(found):
        if known.email == one.email if known.email and one.email else same_person(known, one):
            found[place] = _together(known, one)
            return
    found.append(one)


def _together(a: Newcomer, b: Newcomer) -> Newcomer:
    """What the first says counts; the second fills the gaps."""
    gaps = {name: getattr(b, name) for name in ("civility", "title", "email", "phone", "mobile") if not getattr(a, name)}
    gaps |= {name: text for name in b.theirs - a.theirs if (text := getattr(b, name))}
    fuller = _fuller(a, b)
    return replace(
        a,
        **gaps,
        first_name=fuller.first_name,
        last_name=fuller.last_name,
        role=b.role if a.role is ContactRole.OTHER else a.role,
        permission=strictest(a.permission, b.permission),
        theirs=a.theirs | b.theirs,
    )


def _fuller(a: Newcomer, b: Newcomer) -> Newcomer:
    """Whoever is named better: « Chloé Casanova » rather than « C. Casanova »."""
    if a.is_named != b.is_named:
        return a if a.is_named else b
    return b if is_initial(a.first_name) and b.first_name and not is_initial(b.first_name) else a


def is_initial(first_name: str) -> bool:
    """Whether a first name is missing or a mere initial."""
    return len(folded(first_name).replace(" ", "")) <= 1


def same_person(a: Named, b: Named) -> bool:
    """Whether two names of one organisation are one person's: the same, one of them with an initial at most."""
    if not folded(a.last_name) or folded(a.last_name) != folded(b.last_name):
        return False
    one, other = folded(a.first_name), folded(b.first_name)
    if is_initial(one) or is_initial(other):
        return one[:1] == other[:1] or not one or not other
    return one == other


def _as_strict_as_namesakes(one: Newcomer, everyone: Sequence[Newcomer]) -> Newcomer:
    """Somebody who said no under one address said it for the other."""
    said = [other.permission for other in everyone if other.permission in STRICTNESS[2:] and same_person(one, other)]
    permission = strictest(one.permission, *said)
    return one if permission is one.permission else replace(one, permission=permission)
