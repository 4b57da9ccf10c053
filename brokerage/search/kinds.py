"""The kinds of things the box finds, each as one query with the same columns."""

import enum
from typing import Any

import sqlalchemy as sa

from brokerage.accounts.models import User
from brokerage.introductions import policy
from brokerage.introductions.models import IntroductionRequest as Request
from brokerage.partners.models import Channel, Contact, Partner
from brokerage.partners.windows import ShowcaseEntry as Entry
from brokerage.search.gathering import Ground, candidates
from brokerage.search.ranking import closeness, rank
from brokerage.search.spelling import ALLIES, OWN, Spelling
from brokerage.search.typed import Typed
from brokerage.search.windows import FindableContact, FindablePartner, FindableRequest

MOST_REQUESTS = 300


class Kind(enum.StrEnum):
    """What was found, in the order of the page."""

    PARTNER = "partner"
    CONTACT = "contact"
    CARD = "card"  # a partner that an ally lists
    REQUEST = "request"


_MINE = sa.bindparam("mine", type_=sa.Uuid())
_IDENTIFIER = sa.bindparam("identifier", type_=sa.Text())
_PERSON = sa.func.fold(Contact.last_name + sa.literal_column("' '") + Contact.first_name)
_ALLIES = sa.select(sa.func.app_allies().label("id")).subquery("allies")
_NONE: Any = sa.null()


def _columns(kind: Kind, of: Any, title: Any, detail: Any, aside: Any, mark: Any, ranked: Any, close: Any) -> list[Any]:
    labels = {"kind": sa.literal_column(f"'{kind}'"), "title": title, "detail": detail, "aside": aside, "mark": sa.cast(mark, sa.Text)}
    return [of.label("id"), *(value.label(name) for name, value in labels.items()), ranked.label("rank"), close.label("close")]


def _best(query: sa.Select[Any], limit: int) -> sa.Select[Any]:
    return query.order_by(sa.text("rank"), sa.text("close DESC"), sa.text("title"), sa.text("id")).limit(limit)


def partners(typed: Typed, limit: int) -> sa.Select[Any]:
    """Partners of the reader's own book."""
    words = Spelling(typed.shape, (OWN,))
    living = [Partner.association_id == _MINE, Partner.deleted_at.is_(None)]
    ids = candidates(words, Ground(Partner, FindablePartner, Partner.sort_name, living))
    known = sa.or_(Partner.uai == _IDENTIFIER, Partner.siret == _IDENTIFIER, Partner.siren == _IDENTIFIER) if typed.identifier else None
    ranked = rank(words, Partner.sort_name, exactly=known)
    columns = _columns(
        Kind.PARTNER, Partner.id, Partner.name, Partner.town, Partner.department, Partner.kind, ranked, closeness(Partner.sort_name)
    )
    return _best(sa.select(*columns).where(*living, Partner.id.in_(_with(ids, living, known))), limit)


def _with(ids: sa.Select[Any], living: list[Any], known: Any) -> Any:
    """Those gathered by words and, where an identifier was typed, whoever bears it."""
    if known is None:
        return ids
    bearers = sa.select(Partner.id).where(*living, known).limit(10)
    return sa.select(sa.union_all(ids, bearers).subquery().c[0])


def contacts(typed: Typed, limit: int) -> sa.Select[Any]:
    """People of the reader's own book, by name; by e-mail address only when the whole of it was typed."""
    living = [Contact.association_id == _MINE, Contact.deleted_at.is_(None)]
    ids: Any
    ranked, close = sa.literal_column("0"), sa.literal_column("1")  # type: Any, Any
    if typed.email:
        key = sa.bindparam("email_key", type_=sa.Text())
        ids = sa.select(Channel.contact_id).where(Channel.association_id == _MINE, Channel.email_key == key)
    else:
        words = Spelling(typed.shape, (OWN,))
        mine = [FindableContact.association_id == _MINE]
        ids = candidates(words, Ground(FindableContact, FindableContact, FindableContact.name, mine))
        ranked, close = rank(words, Contact.search, _PERSON), closeness(Contact.search)
    name = sa.func.concat_ws(sa.literal_column("' '"), sa.func.nullif(Contact.first_name, sa.literal_column("''")), Contact.last_name)
    columns = _columns(Kind.CONTACT, Partner.id, name, Contact.title, Partner.name, Contact.role, ranked, close)
    whole = sa.select(*columns, Contact.id.label("contact_id")).join(Partner, Partner.id == Contact.partner_id)
    best = _best(whole.where(*living, Partner.deleted_at.is_(None), Contact.id.in_(ids)), limit).subquery()
    return sa.select(*(column for column in best.c if column.name != "contact_id"))


def cards(typed: Typed, limit: int) -> sa.Select[Any]:
    """What allies list, masked as everywhere: the view leaves out hidden partners and every person."""
    words = Spelling(typed.shape, (ALLIES,))
    ids = candidates(words, Ground(Entry, Entry, Entry.sort_name, [], _ALLIES))
    known = sa.or_(Entry.uai == _IDENTIFIER, Entry.siren == _IDENTIFIER) if typed.identifier else None
    ranked = rank(words, Entry.sort_name, exactly=known)
    mark = sa.cast(Entry.association_id, sa.Text)
    columns = _columns(Kind.CARD, Entry.id, Entry.name, Entry.town, Entry.department, mark, ranked, closeness(Entry.sort_name))
    return _best(sa.select(*columns).where(Entry.id.in_(ids)), limit)


def requests(typed: Typed, limit: int, reader: policy.Reader) -> sa.Select[Any]:
    """Requests the reader may see, the latest first among equals."""
    words = Spelling(typed.shape, (OWN, ALLIES))
    found = sa.select(FindableRequest.id).where(words.indexed(FindableRequest.search)).limit(MOST_REQUESTS)
    number = sa.func.fold(Request.number)
    ranked = rank(words, number, sa.func.fold(Request.target_name))
    who = User.first_name + sa.literal_column("' '") + User.last_name
    title = sa.func.coalesce(sa.func.nullif(Request.target_name, sa.literal_column("''")), Request.place)
    since = sa.func.extract("epoch", Request.state_since)
    columns = _columns(Kind.REQUEST, Request.id, title, Request.number, who, Request.state, ranked, since)
    visible = policy.visible_to(reader).with_only_columns(*columns)
    return _best(visible.join(User, User.id == Request.requester_id).where(Request.id.in_(found)), limit)
