"""Nothing of one association's contacts reaches another before consent: every route, every role, every disguise.

Canaries are planted in Passeport Avenir's book; Les Entretiens and an outsider walk everywhere with the ids of
those very rows. The walk must find its own association's canaries (or it proves nothing) and planted leaks.
"""

import base64
import html
import quopri
import re
import urllib.parse
import uuid

import pytest
import sqlalchemy as sa

from brokerage import scope, timeline
from brokerage.accounts import links
from brokerage.accounts.models import Purpose
from brokerage.introductions import deciding, requests
from brokerage.introductions.models import Introduction
from brokerage.mail.models import Message
from brokerage.partners import preferences
from brokerage.partners.models import Contact, Visibility
from brokerage.privacy import correcting, register
from brokerage.timeline import Actor, By
from tests import cast as people

SECRETS = ["canari-propose", "canari-au-registre", "canarilla", "canari-prenom", "canary-pa-email", "199009911", "639980911", "canari-note-privee", "Canari Caché", "canari-motif-prive"]
SEARCHES = ["", "?q=canarilla", "?q=canary-pa-email", "?q=Canari", "?lang=en"]


@pytest.fixture
def planted(cast, nadia, lucas, as_member, as_system):
    """A listed partner with a canary contact asked by Lucas, a hidden partner, a private note and reason."""
    with as_member(nadia) as session:
        partner = people.a_partner(nadia, "Énergies du Perchoir")
        contact = people.a_contact(partner, "Canari-prenom", "Canarilla", "canary-pa-email@perchoir.example")
        from brokerage.partners import vault

        vault.keep(cast.pa.id, contact.id, vault.Coordinates("canary-pa-email@perchoir.example", "+33199009911", "+33639980911"))
        hidden = people.a_partner(nadia, "Canari Caché SA", visibility=Visibility.HIDDEN)
        timeline.record("note", By(Actor.MEMBER, nadia.id, nadia.name), cast.pa.id, partner_id=partner.id, details={"text": "canari-note-privee"})
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa, partner)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(type(request), request.id), session.get_one(type(nadia), nadia.id)
        deciding.park(mine, by, people.date(2099, 1, 1), "canari-motif-prive")
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Canarilla, une heure ?", "Bonjour Madame Canarilla,\n\nAccepteriez-vous ?")])
        session.commit()
        introduction = session.scalars(sa.select(Introduction)).one()
        admin = session.get_one(type(nadia), cast.helene.id)
        noted = register.note(admin, register.Right.ACCESS, "Canari-au-registre", people.date(2026, 1, 5), register.PHONE)
        session.commit()
    with as_system() as session:
        hers = session.get_one(Contact, contact.id)
        correcting.correct(hers, correcting.Correction("Canarilla", "Canari-prenom", email="canari-propose@perchoir.example", phone="+33199009911", mobile="+33639980911"))
        preferences.choose(hers, preferences.Wishes(quiet_months=(6,), welcomes=("find_speakers",), always_ask=True))
        session.commit()
        waiting = session.scalars(sa.select(register.RightsRequest).where(register.RightsRequest.contact_id == contact.id, register.RightsRequest.done_on.is_(None))).one()
    return {"noted": noted.id, "waiting": waiting.id, "partner": partner.id, "hidden": hidden.id, "contact": contact.id, "request": request.id, "introduction": introduction.id}


def disguises(raw: bytes):
    """The text of an answer, and what it could hide: entities, percent signs, quoted-printable, base64."""
    text = raw.decode("utf-8", "replace")
    yield text
    yield html.unescape(text)
    yield urllib.parse.unquote(text)
    yield quopri.decodestring(raw).decode("utf-8", "replace")
    for blob in set(re.findall(r"[A-Za-z0-9+/_-]{20,}={0,2}", text)):
        padded = blob + "=" * (-len(blob) % 4)
        try:
            yield base64.b64decode(padded, altchars=b"-_").decode("utf-8", "replace")
        except ValueError:
            continue


def found_in(raw: bytes) -> set[str]:
    """The canaries in an answer, whatever their disguise; digits also when spaced as a telephone."""
    hits = set()
    for view in disguises(raw):
        plain = view.casefold()
        digits = re.sub(r"[\s.\u00a0\u202f-]", "", plain)
        hits |= {s for s in SECRETS if s.casefold() in plain or (s.isdigit() and s in digits)}
    return hits


def walk(app, client, ids):
    """Every route × method × id of Passeport Avenir's rows × search; yields (where, canaries found, status)."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("static", "sign_in.leave", "account.leave_everywhere", "account.end_session"):
            continue
        for wanted in [*ids.values(), uuid.uuid4()] if "id" in rule.arguments else [None]:
            values = {name: wanted if name == "id" else "x" for name in rule.arguments}
            path = adapter.build(rule.endpoint, values)
            for method in sorted(rule.methods & {"GET", "HEAD", "POST"}):
                lists = method == "GET" and wanted is None
                for more in SEARCHES if lists else [""]:
                    for headers in ({}, {"HX-Request": "true", "HX-Target": "rows"}) if lists else ({},):
                        answer = client.open(path + more, method=method, headers=headers, data={"q": "canarilla"} if method == "POST" else None)
                        # what was typed into the search may stand in the search box
                        typed = {s for s in SECRETS if s.casefold() in more.casefold()}
                        raw = answer.data + "\n".join(f"{k}: {v}" for k, v in answer.headers).encode()
                        yield f"{method} {path}{more}", found_in(raw) - typed, answer.status_code


FOREIGN = ["lucas", "jean_baptiste", "awa", "oscar", None]


@pytest.mark.slow
@pytest.mark.parametrize("who", FOREIGN)
def test_no_page_fragment_search_or_error_holds_anything_of_a_foreign_contact(app, cast, planted, client_of, who):
    client = client_of(getattr(cast, who) if who else None)

    answers = list(walk(app, client, planted))
    assert [(where, hits) for where, hits, _ in answers if hits] == []
    assert [where for where, _, status in answers if status >= 500] == []


def test_the_pages_of_a_contact_hold_nothing_of_another_one(app, cast, planted, client_of, oscar, as_member):
    """The links of somebody the outsider knows, who reads the mailbox of a contact of nobody else's."""
    with as_member(oscar) as session:
        theirs = people.a_contact(people.a_partner(oscar, "Ailleurs SA"), "Paul", "Etcheverry", "paul@ailleurs.example")
        tokens = [links.token_of(links.make(purpose, theirs.id, oscar.association_id)) for purpose in (Purpose.PREFERENCES, Purpose.DATA)]
        session.commit()
    client, adapter, opened = client_of(None), app.url_map.bind("localhost"), set()

    for rule in [rule for rule in app.url_map.iter_rules() if "token" in rule.arguments and rule.endpoint.split(".")[0] in ("preferences", "own_data")]:
        for token in tokens:
            path = adapter.build(rule.endpoint, {name: planted["introduction"] if name == "id" else token for name in rule.arguments})
            for method in sorted(rule.methods & {"GET", "POST"}):
                answer = client.open(path, method=method)
                assert answer.status_code < 500, path
                assert found_in(answer.data) == set(), path
                opened |= {rule.endpoint} if answer.status_code < 400 else set()
    assert {"preferences.show", "own_data.show", "own_data.correction", "own_data.download"} <= opened


def test_the_owner_sees_their_own_canaries_so_the_walk_can_see(app, planted, client_of, nadia):
    answers = list(walk(app, client_of(nadia), planted))
    seen = set().union(*(hits for _, hits, _ in answers))

    assert {"canarilla", "canary-pa-email", "199009911", "canari-note-privee", "Canari Caché", "canari-propose"} <= seen
    assert [where for where, _, status in answers if status >= 500] == []


def test_the_admin_reads_the_register_so_the_walk_can_see_it_too(app, planted, client_of, helene):
    assert any("canari-au-registre" in hits for _, hits, _ in walk(app, client_of(helene), planted))


def test_no_letter_to_a_foreign_member_holds_anything_before_consent(planted, cast, as_system):
    with as_system() as session:
        letters = session.scalars(sa.select(Message).where(Message.association_id == cast.ede.id)).all()
        assert letters
        assert [(m.kind, found_in(f"{m.subject} {m.text} {m.html} {m.header_to} {m.reply_to}".encode())) for m in letters if found_in(f"{m.subject} {m.text} {m.html}".encode())] == []


@pytest.mark.parametrize("leak", ["a name in the directory", "an address in a header", "a telephone in base64"])
def test_the_walk_finds_a_leak_that_is_planted(app, planted, client_of, lucas, leak):
    original = app.view_functions["directory.index"]

    def leaking(**arguments):
        answer = app.make_response(original(**arguments))
        if leak == "a name in the directory":
            answer.data = answer.data.replace(b"</html>", b"<!-- Mme Canarilla --></html>")
        elif leak == "an address in a header":
            answer.headers["X-Debug"] = "canary-pa-email@perchoir.example"
        else:
            answer.data += base64.b64encode(b"tel +33199009911 et encore")
        return answer

    app.view_functions["directory.index"] = leaking
    try:
        assert any(hits for _, hits, _ in walk(app, client_of(lucas), {}))
    finally:
        app.view_functions["directory.index"] = original


def test_a_leak_through_the_query_is_stopped_by_the_walls_below(app, planted, lucas):
    """Even code that forgets everything reads nothing: guard first, then PostgreSQL's own policies."""
    from brokerage.database import db
    from brokerage.partners.models import Contact, Partner

    with scope.acting(scope.member(lucas.association_id)) as session:
        assert session.scalars(sa.select(Contact)).all() == []
        assert session.get(Partner, planted["partner"]) is None
        with pytest.raises(scope.Unscoped):
            session.execute(sa.text("SELECT last_name FROM contact"))
        with pytest.raises(scope.Unscoped):
            session.execute(sa.select(Contact.__table__.c.last_name))
        assert session.execute(scope.through_the_gate(sa.text("SELECT last_name FROM contact"))).all() == []
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(scope.through_the_gate(sa.text("SELECT email FROM channel")))
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM contact")).scalar() == 0
