"""The verbs of one introduction: asked, answered by the contact or for them, introduced, followed up."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.database import db
from brokerage.errors import N_, BadInput, NotYours
from brokerage.introductions import letters, policy, rules
from brokerage.introductions.models import Ask, Channel, Consent, Introduction, IntroductionRequest, Outcome, Result
from brokerage.introductions.policy import Person
from brokerage.introductions.states import INTRODUCTION_OVER, INTRODUCTION_STEPS, IntroductionState, Letter, RequestState
from brokerage.introductions.steps import add_line, hold, take
from brokerage.partners import vault
from brokerage.partners.models import Contact, ContactRole, Permission
from brokerage.timeline import Actor as Kind
from brokerage.timeline import By

PASSED_ON = ["name", "title", "email"]  # what the ask names; the telephone only when ticked (G4)


def ask_consent(introduction: Introduction, by: Person, leaves_at: datetime) -> None:
    """The ask leaves, now or when it was told to: follows an approval."""
    introduction.asked_at = leaves_at
    later = {"leaves_at": leaves_at.isoformat()} if leaves_at > clock.now() else None
    take("ask_consent", introduction, by, rule=True, details=later)


def defer(introduction: Introduction, by: Person, until: date) -> None:
    """The approval is for later: the contact is asked once a manager takes it up again, on that day or before."""
    introduction.postponed_until = until
    take("defer", introduction, by, rule=True, details={"until": until.isoformat()})


def introduce_directly(introduction: Introduction, contact: Contact, by: User) -> None:
    """Introduce a contact who agreed beforehand; that agreement is recorded as the consent for this request."""
    prior: dict[str, Any] = {"channel": Channel.PRIOR, "noted_by_id": by.id, "wording": contact.source or N_("accord préalable")}
    _keep_answer(introduction, "accept", fields=PASSED_ON, **prior)
    introduction.introduced_at = clock.now()
    take("introduce_directly", introduction, by, rule=True)


def accept(
    introduction: Introduction, by: Person, *, word: str = "", phone: bool = False, channel: Channel = Channel.LINK, wording: str = ""
) -> None:
    """The contact agrees to this introduction; it follows at once unless the association's rule keeps it back."""
    fields = [*PASSED_ON, "phone"] if phone else PASSED_ON
    _keep_answer(introduction, "accept", by=by, fields=fields, word=word, channel=channel, wording=wording)
    take("accept", introduction, by, details=_word(word))
    if rules.of(introduction.giving_id).introduce_automatically:
        introduce(introduction, by, rule=True)
    else:
        letters.write(Letter.AGREED, introduction, by)


def postpone(introduction: Introduction, by: Person, until: date, *, word: str = "", channel: Channel = Channel.LINK) -> None:
    """The contact prefers a later date; nothing is sent before it."""
    if until <= clock.today():
        raise BadInput(N_("Choisissez une date à venir."), "until")
    hold(introduction)
    introduction.postponed_until = until
    _keep_answer(introduction, "postpone", by=by, word=word, channel=channel)
    take("postpone", introduction, by, details={"until": until.isoformat(), **(_word(word) or {})})


def suggest(introduction: Introduction, by: Person, *, last_name: str, first_name: str = "", title: str = "", email: str = "") -> None:
    """The contact names a colleague. The manager decides; nobody is written to before."""
    if not last_name.strip():
        raise BadInput(N_("Donnez le nom de la personne à qui écrire."), "colleague_name")
    asked = db.session.get_one(Contact, introduction.contact_id)
    colleague = _colleague(asked, first_name.strip(), last_name.strip(), title.strip())
    if email.strip():
        vault.keep(asked.association_id, colleague.id, vault.Coordinates(email=email.strip()))
    _keep_answer(introduction, "suggest", by=by, suggested_contact_id=colleague.id)
    take("suggest", introduction, by)


def _colleague(asked: Contact, first_name: str, last_name: str, title: str) -> Contact:
    colleague = Contact(
        id=uuid.uuid4(),
        association_id=asked.association_id,
        partner_id=asked.partner_id,
        first_name=first_name,
        last_name=last_name,
        title=title,
        role=ContactRole.OTHER,
        permission=Permission.ASK_FIRST,
        source=f"proposé par {asked.name}",
        source_date=clock.today(),
    )
    db.session.add(colleague)
    db.session.flush()
    return colleague


def refuse(introduction: Introduction, by: Person, *, reason: str = "", channel: Channel = Channel.LINK) -> None:
    """The contact says no; the reason, if any, stays with the giving association."""
    _keep_answer(introduction, "refuse", by=by, reason=reason, channel=channel)
    take("refuse", introduction, by)
    close_if_over(introduction.request)


def block(introduction: Introduction, by: Person) -> None:
    """The contact objected: this introduction ends, whatever its state. See privacy/objection.py.

    When somebody else than the contact says so (a file that came in), it follows by rule.
    """
    take("object", introduction, by, rule=not (isinstance(by, By) and by.kind is Kind.CONTACT))
    close_if_over(introduction.request)


def resume(introduction: Introduction, by: Person) -> None:
    """Ask again after a postponement, in the same words: a manager, or the clock when the manager confirmed."""
    hold(introduction)
    planned, introduction.postponed_until, introduction.asked_at = introduction.asked_at is None, None, clock.now()
    last = db.session.scalars(sa.select(Ask).where(Ask.introduction_id == introduction.id).order_by(Ask.asked_at.desc())).first()
    if last and planned:
        last.asked_at = clock.now()  # written with the approval, never sent
    elif last:
        words = {"subject": last.subject, "body": last.body, "by_id": last.by_id, "contact_id": last.contact_id}
        db.session.add(Ask(association_id=last.association_id, introduction_id=introduction.id, asked_at=clock.now(), **words))
    db.session.flush()
    take("resume", introduction, by)


def lapse(introduction: Introduction, by: Person) -> None:
    """Nobody answered in time; the delegate reads "sans réponse", never "refused"."""
    take("lapse", introduction, by)
    close_if_over(introduction.request)


def introduce(introduction: Introduction, by: Person, *, rule: bool = False) -> None:
    """The introduction leaves to both."""
    hold(introduction)
    introduction.introduced_at = clock.now()
    take("introduce", introduction, by, rule=rule)


def record_outcome(
    introduction: Introduction, by: Person, result: Result, *, numbers: dict[str, int] | None = None, word: str = ""
) -> None:
    """Note what came of it. The first answer closes; a later one from another side stands beside it."""
    hold(introduction)
    said_by = _voice(introduction.request, by)
    outcome = {"result": result, "numbers": numbers or {}, "word": word.strip()}
    sides = {"asking_id": introduction.asking_id, "giving_id": introduction.giving_id}
    db.session.add(Outcome(introduction_id=introduction.id, said_by=said_by, **sides, **outcome))
    db.session.flush()
    told = {"result": result.value, "text": word.strip(), "numbers": numbers or {}}
    if introduction.state is IntroductionState.INTRODUCED:
        take("record_outcome", introduction, by, details=told)
        close_if_over(introduction.request)
    else:
        _add_outcome(introduction, by, told)


def _add_outcome(introduction: Introduction, by: Person, told: dict[str, Any]) -> None:
    """A second voice, beside the one that closed. Raises NotYours, and WrongState where nothing was introduced."""
    if introduction.state is not IntroductionState.CLOSED:
        take("record_outcome", introduction, by, details=told)  # refuses, naming who was faster
    if not policy.may(by, INTRODUCTION_STEPS["record_outcome"], introduction.request):
        raise NotYours(N_("Cette décision ne vous revient pas."))
    add_line("outcome_added", introduction, by, told)


def put_off(introduction: Introduction, by: Person, until: date) -> None:
    """Another date to ask on, by a manager's own decision: no answer of the contact is noted."""
    if until <= clock.today():
        raise BadInput(N_("Choisissez une date à venir."), "until")
    hold(introduction, "put_off")
    introduction.postponed_until = until
    db.session.flush()
    take("put_off", introduction, by, details={"until": until.isoformat()})


def drop(introduction: Introduction, by: Person) -> None:
    """Nobody is asked again after a postponement; an ask that was only planned never counts."""
    hold(introduction, "drop")
    if introduction.asked_at is None:
        _forget_asks(introduction)
    take("drop", introduction, by)
    close_if_over(introduction.request)


def _forget_asks(introduction: Introduction) -> None:
    for ask in db.session.scalars(sa.select(Ask).where(Ask.introduction_id == introduction.id)):
        db.session.delete(ask)


def _voice(request: IntroductionRequest, by: Person) -> str:
    if isinstance(by, User):
        return "delegate" if by.id == request.requester_id else "manager"
    return by.kind.value


def cancel(introduction: Introduction, by: Person) -> None:
    """Follows a withdrawal: what waited to leave no longer does."""
    letters.hold_back(introduction)
    if introduction.asked_at is None:
        _forget_asks(introduction)
    take("cancel", introduction, by, rule=True)


def forget(introduction: Introduction, by: Person) -> None:
    """Undo an approval that has not left: the ask no longer counts, the consent noted for it neither."""
    _forget_asks(introduction)
    withdraw_answers(introduction)
    take("cancel", introduction, by, rule=True)


def set_aside(introduction: Introduction, by: Person) -> None:
    """Close a suggestion the manager does not follow, or follows by another introduction."""
    take("set_aside", introduction, by)
    close_if_over(introduction.request)


def withdraw_consent(introduction: Introduction, by: Person) -> None:
    """The contact takes the agreement back: the other association loses sight of the details at once (G3)."""
    withdraw_answers(introduction)
    add_line("consent_withdrawn", introduction, by, None)
    if introduction.state not in INTRODUCTION_OVER:
        take("cancel", introduction, by, rule=True)
        close_if_over(introduction.request)


def withdraw_answers(introduction: Introduction) -> None:
    """What was answered so far no longer counts; it stays as evidence."""
    given = sa.select(Consent).where(Consent.introduction_id == introduction.id, Consent.withdrawn_at.is_(None))
    for consent in db.session.scalars(given):
        consent.withdrawn_at = clock.now()
    db.session.flush()


def close_if_over(request: IntroductionRequest) -> None:
    """Close an approved request once every introduction of it is over."""
    if request.state is RequestState.APPROVED and all(i.state in INTRODUCTION_OVER for i in request.introductions):
        take("close", request, By(Kind.CLOCK), rule=True)


def _word(word: str) -> dict[str, Any] | None:
    return {"text": word.strip()} if word.strip() else None


def _keep_answer(introduction: Introduction, answer: str, by: Person | None = None, **kept: Any) -> None:
    """The evidence: what was answered, to which wording, when, by which channel, noted by whom."""
    hold(introduction)
    kept.setdefault("channel", Channel.LINK)
    kept.setdefault("noted_by_id", by.id if isinstance(by, User) else None)
    contact = db.session.get_one(Contact, introduction.contact_id)
    if isinstance(by, By) and by.kind is Kind.CONTACT:
        contact.last_word_at = clock.now()
    introduction.answered_at = clock.now()
    db.session.add(
        Consent(
            association_id=introduction.giving_id,
            to_association_id=introduction.asking_id,
            introduction_id=introduction.id,
            contact_id=introduction.contact_id,
            answer=answer,
            given_at=clock.now(),
            **kept,
        )
    )
    db.session.flush()
