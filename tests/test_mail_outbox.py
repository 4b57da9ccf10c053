"""Letters are promised by a step, leave once, and not at all when their reason is gone."""

import time
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from brokerage import clock, scope, timeline, tokens
from brokerage.mail import addresses, headers, leases, outbox, seals
from brokerage.mail.models import Message, Suppression
from tests.mail_fixtures import DOMAIN, SECRET, Office, mail_app, office, sink  # noqa: F401

ADDRESS = "h.marchetti@meridiane.example"


def forbid(address: str, reason: str) -> None:
    """Put an address on the list of those who must not be written to."""
    with scope.acting(scope.system("a test")) as session:
        key = tokens.address_key(SECRET, address)
        session.add(Suppression(email_key=key, reason=reason, created_at=clock.now()))
        session.commit()


def noted(office: Office) -> list[str]:  # noqa: F811
    return [what for (what,) in office.ask("SELECT what FROM entry ORDER BY at")]


# ---- posting -------------------------------------------------------------------------------------------------------


def test_a_letter_leaves_only_if_its_step_is_committed(office: Office) -> None:  # noqa: F811
    office.post(commit=False)
    kept = office.post()

    office.deliver()

    assert office.states() == {"sent": 1}
    assert office.row(kept).sent_at is not None
    assert [one["to"] for one in office.sink.kept] == [["lucas@example.org"]]
    assert addresses.returned(office.sink.kept[0]["from"]) == kept


def test_posting_twice_in_one_step_or_in_two_posts_once(office: Office) -> None:  # noqa: F811
    with scope.acting(scope.member(office.association_id)) as session:
        first = outbox.post(office.letter(dedupe_key="approved:1:lucas"))
        second = outbox.post(office.letter(dedupe_key="approved:1:lucas"))
        session.commit()
    again = office.post(dedupe_key="approved:1:lucas")

    assert first is second
    assert again == first.id
    assert office.states() == {"pending": 1}


def test_a_posted_letter_may_still_change_in_its_step(office: Office) -> None:  # noqa: F811
    with scope.acting(scope.member(office.association_id)) as session:
        message = outbox.post(office.letter())
        message.due_at = clock.now() + timedelta(days=1)
        session.commit()

    assert office.deliver() == 0
    assert office.states() == {"pending": 1}


def test_a_letter_goes_into_an_allys_box_which_stays_closed(office: Office) -> None:  # noqa: F811
    [(ally,)] = office.ask("SELECT id FROM association WHERE slug = 'ee'")
    office.ask(
        "INSERT INTO convention (id, created_at, first_id, second_id, title, starts_on, ends_on, rules)"
        " VALUES (gen_random_uuid(), now(), :us, :them, 'C', '2011-01-01', '2099-01-01', '{}')",
        us=office.association_id,
        them=ally,
    )

    office.post(dedupe_key="x", association_id=ally)
    office.post(dedupe_key="x", association_id=ally)

    with scope.acting(scope.member(office.association_id)) as session:
        assert session.scalars(sa.select(Message)).all() == []
        assert outbox.cancel(Message.dedupe_key == "x") == 0
    assert office.states() == {"pending": 1}


def test_nobody_posts_into_a_strangers_box(office: Office) -> None:  # noqa: F811
    [(stranger,)] = office.ask("SELECT id FROM association WHERE slug = 'ee'")

    with pytest.raises(ProgrammingError, match="row-level security"):
        office.post(association_id=stranger)


def test_six_processes_post_the_same_letters_once(office: Office) -> None:  # noqa: F811
    def post_all() -> None:
        for start in range(0, 60, 20):
            office.post(*(office.letter(dedupe_key=f"reminder:{number}") for number in range(start, start + 20)))

    workers = [office.worker(post_all) for _ in range(6)]

    assert [worker.ends() for worker in workers] == [0] * 6
    assert office.states() == {"pending": 60}


# ---- what a row holds, and what leaves -----------------------------------------------------------------------------


def test_the_row_holds_neither_address_nor_telephone_nor_token(office: Office) -> None:  # noqa: F811
    contact, link = uuid.uuid4(), uuid.uuid4()
    token = tokens.link_token(SECRET, link)
    seals.register("email", lambda _: ADDRESS)
    seals.register("phone", lambda _: "+33199005240")
    seals.register("link", lambda one: f"https://passerelle.example/reponse/{tokens.link_token(SECRET, one)}?a=1&b=2")
    text = f"{seals.email(contact)} · {seals.phone(contact)} · {seals.link(link)}"

    office.post(
        to_contact_id=contact,
        text=text,
        html=f'<a href="{seals.link(link)}">{text}</a>',
        header_to=(headers.person("Hélène Marchetti", seals.email(contact)), headers.person("Lucas", "l@example.org")),
        headers={"List-Unsubscribe": f"<{seals.link(link)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    office.deliver()

    everything = str(office.ask("SELECT row_to_json(message)::text, (SELECT count(*) FROM entry) FROM message"))
    for secret in (ADDRESS, "marchetti@", "199005240", token):
        assert secret not in everything
    [letter] = office.sink.letters
    [kept] = office.sink.kept
    assert kept["to"] == [ADDRESS]
    assert [(a.display_name, a.addr_spec) for a in letter["To"].addresses] == [
        ("Hélène Marchetti", ADDRESS),
        ("Lucas", "l@example.org"),
    ]
    assert letter["List-Unsubscribe"] == f"<https://passerelle.example/reponse/{token}?a=1&b=2>"
    plain, html = (part.get_content() for part in letter.iter_parts())
    assert f"{ADDRESS} · +33199005240 · https://passerelle.example/reponse/{token}?a=1&b=2" in plain
    assert f'href="https://passerelle.example/reponse/{token}?a=1&amp;b=2"' in html


def test_a_value_behind_a_seal_cannot_break_out_of_a_header_or_of_html(office: Office) -> None:  # noqa: F811
    seals.register("email", lambda _: "x@example.org\r\nBcc: y@example.org")
    seals.register("phone", lambda _: '"><script>alert(1)</script>')
    contact = uuid.uuid4()

    office.post(header_to=(seals.email(contact),))
    office.post(html=f'<a title="{seals.phone(contact)}">x</a>', text="x")
    office.deliver()

    assert office.states() == {"dead": 1, "sent": 1}
    assert "<script>" not in str(office.sink.letters[0])


@pytest.mark.parametrize("reason", ["suppressed", "cancelled"])
def test_a_closed_seal_decides_the_last_state(office: Office, reason: str) -> None:  # noqa: F811
    def closed(_contact: uuid.UUID) -> str:
        raise seals.Closed(reason)

    seals.register("email", closed)

    office.post(to_contact_id=uuid.uuid4())
    office.deliver()

    assert office.states() == {reason: 1}
    assert office.sink.kept == []


def test_one_broken_letter_does_not_hold_up_the_others(office: Office) -> None:  # noqa: F811
    broken = office.post(to_contact_id=uuid.uuid4())
    fine = office.post()

    office.deliver()

    assert office.row(fine).state == "sent"
    assert (office.row(broken).state, office.row(broken).last_error) == ("pending", "it could not be prepared: KeyError")


# ---- not sent after all --------------------------------------------------------------------------------------------


def test_an_objection_between_posting_and_leaving_is_heard(office: Office) -> None:  # noqa: F811
    seals.register("email", lambda _: ADDRESS)
    seals.register("member", lambda _: ADDRESS)
    outbox.essential.add("objection_noted")
    to_contact = office.post(to_contact_id=uuid.uuid4())
    confirmation = office.post(to_contact_id=uuid.uuid4(), kind="objection_noted")
    to_member = office.post(to_user_id=uuid.uuid4())
    forbid(f" {ADDRESS.upper()}", "objection")

    office.deliver()

    assert office.row(to_contact).state == "suppressed"
    assert office.row(confirmation).state == "sent"
    assert office.row(to_member).state == "sent"


def test_an_address_that_bounced_gets_nothing_at_all(office: Office) -> None:  # noqa: F811
    seals.register("member", lambda _: ADDRESS)
    outbox.essential.add("password")
    office.post(to_user_id=uuid.uuid4(), kind="password")
    forbid(ADDRESS, "bounce")

    office.deliver()

    assert office.states() == {"suppressed": 1}


def test_a_letter_whose_reason_is_gone_is_cancelled_as_it_leaves(office: Office) -> None:  # noqa: F811
    outbox.checks.append(lambda message: "submitted" not in message.only_while)
    stale = office.post(only_while=("submitted",))
    fresh = office.post(only_while=("approved",))

    office.deliver()

    assert (office.row(stale).state, office.row(fresh).state) == ("cancelled", "sent")


def test_a_letter_can_be_taken_back_until_its_words_begin_to_leave(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    taken_back = office.post()
    fence = leases.fence

    def too_late_for_the_worker(ledger: leases.Ledger, message_id: uuid.UUID, holder: str) -> bool:
        with scope.acting(scope.member(office.association_id)) as session:
            assert outbox.cancel(Message.id == message_id) == 1
            session.commit()
        return fence(ledger, message_id, holder)

    monkeypatch.setattr(leases, "fence", too_late_for_the_worker)
    office.deliver()

    assert office.row(taken_back).state == "cancelled"
    assert office.sink.kept == []


def test_cancelling_everything_is_refused(office: Office) -> None:  # noqa: F811
    with scope.acting(scope.member(office.association_id)), pytest.raises(ValueError, match="which"):
        outbox.cancel()


# ---- what the server says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["451", "greylist"])
def test_a_server_that_says_later_is_asked_again_later(office: Office, mode: str) -> None:  # noqa: F811
    office.sink.behave(mode)
    message = office.post(to_address=f"{mode}@example.org")
    message_id = office.row(message).message_id

    office.deliver()
    waiting = office.row(message)
    office.sink.behave("ok" if mode == "451" else mode)
    too_early = office.deliver()
    with clock.at(clock.now() + timedelta(seconds=73)):
        office.deliver()

    assert waiting.state == "pending"
    assert timedelta(seconds=47) <= waiting.due_at - clock.now() <= timedelta(seconds=73)
    assert too_early == 0
    assert office.row(message).state == "sent"
    assert [one["message_id"] for one in office.sink.kept] == [message_id]


@pytest.mark.parametrize("mode", ["550", "rcpt550", "rcpt554policy"])
def test_a_server_that_says_never_is_believed_and_nobody_is_named(office: Office, mode: str, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    office.sink.behave(mode)
    message = office.post()

    office.deliver()

    assert office.row(message).state == "dead"
    assert "lucas" not in office.row(message).last_error + caplog.text
    assert noted(office) == ["letter_failed"]
    assert office.sink.kept == []
    assert bool([one for one in caplog.records if one.levelname == "ERROR"]) == (mode != "rcpt550")


def test_the_reply_lost_after_the_dot_is_a_doubt_and_one_more_copy(office: Office) -> None:  # noqa: F811
    office.sink.behave("drop_after_dot")
    message = office.post(kind="approved")

    office.deliver()
    doubt = office.states()
    with clock.at(clock.now() + timedelta(minutes=16)):
        office.deliver()
        twice_in_doubt = office.states()
    with clock.at(clock.now() + timedelta(days=2)):
        office.deliver()

    assert doubt == {"uncertain": 1, "pending": 1}
    assert twice_in_doubt == office.states() == {"uncertain": 2}
    assert [one["message_id"] for one in office.sink.kept] == [office.row(message).message_id] * 2
    assert noted(office) == ["letter_uncertain"] * 2


@pytest.mark.parametrize("kind", ["reminder_consent", "digest"])
def test_a_reminder_in_doubt_is_not_repeated(office: Office, kind: str) -> None:  # noqa: F811
    office.sink.behave("drop_after_dot")
    office.post(kind=kind)

    office.deliver()

    assert office.states() == {"uncertain": 1}


@pytest.mark.parametrize(("mode", "level"), [("421", "WARNING"), ("mail530", "ERROR")])
def test_a_server_that_refuses_us_all_makes_everybody_wait(office: Office, mode: str, level: str, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    office.sink.behave(mode)
    for _ in range(3):
        office.post()

    claimed = office.deliver(batch=1)

    assert claimed == 1
    assert [one.levelname for one in caplog.records if one.name == "brokerage.mail.delivery"] == [level]
    assert office.states() == {"pending": 3}
    [(soonest,)] = office.ask("SELECT min(due_at) FROM message")
    assert soonest - clock.now() > timedelta(seconds=40)


def test_a_server_that_takes_few_letters_at_a_time_is_called_again(office: Office) -> None:  # noqa: F811
    office.sink.behave("close_after:2")
    for _ in range(5):
        office.post()

    office.deliver()

    assert office.states() == {"sent": 5}
    assert len(office.sink.kept) == 5


def test_a_line_that_breaks_before_the_words_leaves_no_doubt(office: Office) -> None:  # noqa: F811
    office.sink.behave("drop_before_data")
    message = office.post()

    office.deliver()

    assert office.row(message).state == "pending"


def test_nobody_tries_for_more_than_four_days(office: Office) -> None:  # noqa: F811
    office.sink.behave("451")
    start, message, now, tries = clock.now(), office.post(), clock.now(), 0

    while office.row(message).state == "pending":
        with clock.at(now):
            tries += office.deliver()
        now = office.row(message).due_at + timedelta(seconds=1)

    assert office.row(message).state == "dead"
    assert timedelta(days=3.2) < now - start < timedelta(days=4.8)
    assert 25 < tries < 40


def test_a_dead_letter_is_sent_again_by_hand_once(office: Office) -> None:  # noqa: F811
    office.sink.behave("550")
    dead = office.post()
    office.deliver()
    office.sink.behave("ok")

    for _ in range(2):
        with scope.acting(scope.member(office.association_id)) as session:
            outbox.post_again(session.get_one(Message, dead))
            session.commit()
    office.deliver()

    assert office.states() == {"dead": 1, "sent": 1}
    assert [one["message_id"] for one in office.sink.kept] == [office.row(dead).message_id]


def test_a_letter_that_left_cannot_be_sent_again(office: Office) -> None:  # noqa: F811
    sent = office.post()
    office.deliver()

    with scope.acting(scope.member(office.association_id)) as session, pytest.raises(ValueError, match="sent"):
        outbox.post_again(session.get_one(Message, sent))


def test_old_words_are_forgotten_and_the_fact_remains(office: Office) -> None:  # noqa: F811
    office.post()
    office.deliver()

    with scope.acting(scope.system("retention")) as session:
        too_young = outbox.empty_old(clock.now() - timedelta(days=30))
        emptied = outbox.empty_old(clock.now() + timedelta(days=1))
        session.commit()

    assert (too_young, emptied) == (0, 1)
    assert office.ask("SELECT state, text, html, to_address FROM message") == [("sent", "", "", "")]


# ---- the bell ------------------------------------------------------------------------------------------------------


def test_the_bell_rings_after_the_commit_and_only_for_what_is_due(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    heard: list[dict[str, int]] = []
    monkeypatch.setattr(outbox, "bell", lambda: heard.append(office.states()))

    office.post(due_at=clock.now() + timedelta(seconds=30))
    office.post(commit=False)
    quiet = list(heard)
    office.post()

    assert quiet == []
    assert heard == [{"pending": 2}]


def test_a_broken_bell_breaks_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def broken() -> None:
        raise ConnectionError("no clapper")

    monkeypatch.setattr(outbox, "bell", broken)

    office.post()

    assert office.states() == {"pending": 1}


def test_a_letter_posted_beside_an_entry_shares_its_fate(office: Office) -> None:  # noqa: F811
    with scope.acting(scope.member(office.association_id)) as session:
        timeline.record("approve", timeline.CLOCK, office.association_id)
        outbox.post(office.letter())
        session.rollback()
        started = time.monotonic()
        outbox.post(office.letter())
        session.commit()

    assert (office.states(), noted(office)) == ({"pending": 1}, [])
    assert time.monotonic() - started < 1
