"""Requests, introductions, asks, consents and outcomes: the rows behind `states.py`."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.orm import Mapped, mapped_column

from brokerage.accounts.models import User
from brokerage.database import Base, Identified, Owned, Shared, Versioned, World
from brokerage.introductions.states import IntroductionState, RequestState
from brokerage.partners.models import ContactRole


class Need(enum.StrEnum):
    """Which network a request is addressed to."""

    ACADEMIC = "academic"
    CORPORATE = "corporate"
    VOLUNTEERS = "volunteers"
    UNKNOWN = "unknown"


class Channel(enum.StrEnum):
    """How an answer reached us."""

    LINK = "link"
    PHONE = "phone"
    REPLY = "reply"
    PRIOR = "prior"  # an agreement given beforehand (share_ok), with its source


class Result(enum.StrEnum):
    """What came of an introduction."""

    MET = "met"
    DATE_SET = "date_set"
    NO_ANSWER = "no_answer"
    NOT_RELEVANT = "not_relevant"
    UNKNOWN = "unknown"  # nobody ever told


SEARCHED: sa.ColumnElement[str] = sa.literal_column(
    "fold((((((((number || ' '::text) || target_name) || ' '::text) || target_town) || ' '::text) || event_name) || ' '::text) || place)"
)


class IntroductionRequest(Identified, Shared, Versioned, Base):
    """A delegate's need: a purpose, a place, a date, and a partner in mind or only criteria."""

    __tablename__ = "introduction_request"
    __table_args__ = (
        sa.Index("ix_request_giving", "giving_id", "state", "due_on", "id"),
        sa.Index("ix_request_asking", "asking_id", "state", "state_since"),
        sa.Index("ix_request_giving_since", "giving_id", "state_since", "id"),
        sa.Index("ix_request_asking_since", "asking_id", "state_since", "id"),
        sa.Index("ix_request_requester", "requester_id", "state_since"),
        sa.Index("ix_request_partner", "partner_id"),
        sa.Index("ix_request_handler", "handler_id", "state"),
        sa.Index("ix_request_covers", "covers_id", postgresql_where=sa.text("covers_id IS NOT NULL")),
        sa.Index("ix_request_search", SEARCHED.label("searched"), postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
    )

    number: Mapped[str] = mapped_column(unique=True)  # "2026-0147"
    requester_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    handler_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    covers_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))  # the absent one the handler stands in for
    partner_id: Mapped[uuid.UUID | None]  # of the giving association; no foreign key: erasure must not cascade
    target_name: Mapped[str] = mapped_column(default="")  # as the directory showed it on the day
    target_town: Mapped[str] = mapped_column(default="")
    need: Mapped[Need] = mapped_column(default=Need.UNKNOWN)
    purpose: Mapped[str] = mapped_column(default="")
    commitment: Mapped[int | None] = mapped_column(sa.SmallInteger())
    role_sought: Mapped[ContactRole | None]
    event_name: Mapped[str] = mapped_column(default="")
    event_on: Mapped[date | None]
    fallback_on: Mapped[date | None]
    event_hours: Mapped[str] = mapped_column(default="")  # "13 h 30 – 17 h 30": a text, events seldom keep to it
    place: Mapped[str] = mapped_column(default="")
    department: Mapped[str | None]
    academy: Mapped[str | None]
    region: Mapped[str | None]
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)  # pupils, parents, speakers, tutors, rooms
    audience: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    wanted_by: Mapped[date | None]
    state: Mapped[RequestState] = mapped_column(default=RequestState.DRAFT)
    state_since: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    due_on: Mapped[date | None]  # when an answer is expected, by the giving association's rule
    question: Mapped[str] = mapped_column(default="")  # the manager's, while details are asked
    decline_reason: Mapped[str] = mapped_column(default="")
    decision_word: Mapped[str] = mapped_column(default="")  # the manager's word to the requester
    parked_until: Mapped[date | None]

    requester: Mapped[User] = so.relationship(foreign_keys=[requester_id])
    handler: Mapped[User | None] = so.relationship(foreign_keys=[handler_id])
    covers: Mapped[User | None] = so.relationship(foreign_keys=[covers_id])
    introductions: Mapped[list["Introduction"]] = so.relationship(
        back_populates="request", order_by="Introduction.created_at"
    )


class RoutingRule(Identified, World, Base):
    """Who is in charge of a kind of partner in a region; an empty `kind` or `region` means all of them."""

    __tablename__ = "routing_rule"
    __table_args__ = (sa.UniqueConstraint("association_id", "kind", "region"),)
    why_open = "row-level policy: allies read who will get their request; only one's own association writes"

    association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    kind: Mapped[str] = mapped_column(default="")  # "academic", "corporate" or ""
    region: Mapped[str] = mapped_column(default="")  # INSEE code, or ""
    manager_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))


class Introduction(Identified, Shared, Versioned, Base):
    """One contact of an approved request: asked, answered, introduced, followed up.

    The asking association reads the contact's role here; the name only through a consent in force.
    """

    __tablename__ = "introduction"
    __table_args__ = (
        sa.Index("ix_introduction_request", "request_id"),
        sa.Index("ix_introduction_contact", "contact_id", "created_at"),
        sa.Index("ix_introduction_state", "state", "state_since"),
    )

    request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("introduction_request.id"))
    contact_id: Mapped[uuid.UUID]
    contact_role: Mapped[ContactRole]
    state: Mapped[IntroductionState] = mapped_column(default=IntroductionState.NEW)
    state_since: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    introduced_at: Mapped[datetime | None]
    postponed_until: Mapped[date | None]

    request: Mapped[IntroductionRequest] = so.relationship(back_populates="introductions")
    outcomes: Mapped[list["Outcome"]] = so.relationship(order_by="Outcome.created_at")


class Ask(Identified, Owned, Base):
    """One time a contact was asked, with the very words: what fatigue counts. Read by the giving side only."""

    __tablename__ = "ask"
    __table_args__ = (sa.Index("ix_ask_contact", "contact_id", "asked_at"), sa.Index("ix_ask_intro", "introduction_id"))

    introduction_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("introduction.id"))
    contact_id: Mapped[uuid.UUID]
    by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("member.id"))
    asked_at: Mapped[datetime]
    subject: Mapped[str]
    body: Mapped[str]
    over_limit_reason: Mapped[str] = mapped_column(default="")


class Consent(Identified, Owned, Base):
    """What a contact answered, to which wording, when, by which channel (G3).

    Read by the giving side only; an ally sees its effect through the view `granted_contact`.
    """

    __tablename__ = "consent"
    __table_args__ = (
        sa.Index("ix_consent_introduction", "introduction_id"),
        sa.Index("ix_consent_contact", "contact_id"),
    )

    introduction_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("introduction.id"))
    contact_id: Mapped[uuid.UUID]
    to_association_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("association.id"))
    answer: Mapped[str]  # accept, postpone, suggest, refuse, object
    fields: Mapped[list[str]] = mapped_column(default=list)  # name, title, email, phone: what may pass
    word: Mapped[str] = mapped_column(default="")  # for the delegate
    reason: Mapped[str] = mapped_column(default="")  # for the giving association only
    wording: Mapped[str] = mapped_column(default="")  # what was shown when they answered
    channel: Mapped[Channel]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    suggested_contact_id: Mapped[uuid.UUID | None]


class Outcome(Identified, Shared, Base):
    """What one side says came of an introduction; when two disagree, both are shown."""

    __tablename__ = "outcome"
    __table_args__ = (sa.Index("ix_outcome_introduction", "introduction_id"),)

    introduction_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("introduction.id"))
    said_by: Mapped[str]  # delegate, contact, manager, clock
    result: Mapped[Result]
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    word: Mapped[str] = mapped_column(default="")


class Reminder(Identified, World, Base):
    """Something due on a date, sent at most once: the unique key is the promise."""

    __tablename__ = "reminder"
    __table_args__ = (sa.UniqueConstraint("subject_id", "kind", "due_on"),)
    why_open = "row-level policy: jobs only"

    subject_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    due_on: Mapped[date]
