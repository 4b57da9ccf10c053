"""Whatever anybody types into the main forms, no page falls over (E8): hypothesis types; 500 is the only wrong answer."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brokerage.accounts import throttle
from brokerage.accounts.models import Purpose, User
from brokerage.introductions import deciding, requests
from tests import cast as people
from tests.test_accounts import path_of

# What keyboards, spreadsheets and people with a plan put into a box: any letters at all, and what has broken programs before.
ODD = ["", " ", "\0", "\ud800", "\u202e", "a" * 3000, "é" * 201, "{{7*7}}", "%s %(x)s", "'; --", "-1", "9" * 40, "1e309", "NaN", "2026-02-30", "0001-01-01",
       "99999-01-01", "31/12/9999", "12:61", "00000000-0000-0000-0000-000000000000", "https://[", "javascript:alert(1)", "+33", "a@b@c", "@", "\r\n", "\u0130", "👩‍👩‍👧‍👦"]  # fmt: skip
TEXT = st.one_of(st.sampled_from(ODD), st.text(max_size=60), st.dates().map(str), st.integers().map(str))


@pytest.fixture
def opened(cast, nadia, lucas, as_member, client_of):
    """What the forms are about: a partner, its contact, a request that was approved, and the path of the contact's answer."""
    with as_member(nadia) as session:
        partner = people.a_partner(nadia)
        contact = people.a_contact(partner)
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(session.get_one(User, lucas.id), cast.pa, partner)
        requests.submit(request, session.get_one(User, lucas.id))
        session.commit()
    with as_member(nadia) as session:
        mine, by = session.get_one(type(request), request.id), session.get_one(User, nadia.id)
        deciding.approve(mine, by, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nAccepteriez-vous ?")])
        session.commit()
        [introduction] = mine.introductions
    introduction_path = path_of_answer(introduction)
    return {"partner": partner.id, "contact": contact.id, "request": request.id, "answer": introduction_path, "right": {"ally": str(cast.pa.id)}, "nadia": client_of(nadia), "lucas": client_of(lucas), None: client_of(None)}


def path_of_answer(introduction):
    class Subject:
        id = introduction.id

    return path_of(Purpose.ANSWER, Subject())


FORMS = {
    "partner": ("nadia", "/partenaires/nouveau", ("kind", "name", "type", "uai", "siret", "address", "postcode", "town", "website", "owner_id", "status", "visibility", "accepts", "tags", "opened", "version")),
    "partner changed": ("nadia", "/partenaires/{partner}/modification", ("kind", "name", "uai", "siret", "website", "owner_id", "status", "visibility", "tags", "opened", "version")),
    "contact": ("nadia", "/partenaires/{partner}/contacts/nouveau", ("civility", "first_name", "last_name", "role", "title", "email", "phone", "mobile", "language", "permission", "source", "source_date", "asks_per_quarter", "quiet_months")),
    "contact changed": ("nadia", "/partenaires/contacts/{contact}", ("last_name", "role", "email", "phone", "mobile", "permission", "source", "source_date", "asks_per_quarter", "quiet_months", "opened", "version")),
    "note": ("nadia", "/partenaires/{partner}/notes", ("text", "sure")),
    "request": ("lucas", "/demandes/nouvelle", ("draft", "partner", "ally", "need", "role_sought", "purpose", "event_name", "event_on", "fallback_on", "event_hours", "place", "audience", "pupils", "rooms", "wanted_by", "message", "action")),
    "draft": ("lucas", "/demandes/brouillon", ("draft", "partner", "ally", "event_on", "place", "pupils", "message")),
    "comment": ("lucas", "/demandes/{request}/commentaires", ("text", "readers")),
    "answer": (None, "{answer}", ("answer", "phone", "until", "colleague_first", "colleague_name", "colleague_title", "colleague_email", "word", "seen", "reason")),
}  # fmt: skip
RIGHT = {
    "kind": "academic", "name": "Lycée", "status": "active", "visibility": "listed", "last_name": "Martin", "role": "other", "permission": "ask_first",
    "language": "fr", "source": "salon", "text": "Un appel.", "need": "corporate", "purpose": "find_speakers", "place": "Sarcelles",
    "message": "Nous cherchons deux ingénieures prêtes à raconter leur parcours.", "answer": "suggest", "colleague_name": "Diallo", "readers": "both", "action": "envoyer",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_typed_nothing_falls_over(form, app, opened, monkeypatch):
    monkeypatch.setattr(throttle, "ASKED", replace(throttle.ASKED, tries=10_000))
    taken = set()
    who, path, fields = FORMS[form]
    client, address = opened[who], path.format(**{str(name): value for name, value in opened.items()})

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, TEXT)))
    @example(dict.fromkeys(fields, "\x00"))
    @example(dict.fromkeys(fields, "a" * 3000))
    def typed(values):
        right = {name: words for name, words in RIGHT.items() if name in fields} | opened["right"]
        if "version" in fields:  # what the page carries along
            right |= dict(re.findall(r'name="(version|opened)"[^>]*value="([^"]*)"', client.get(address).text))
        said = {name: value.encode("utf-8", "surrogatepass") for name, value in (right | values).items()}
        answer = client.post(address, data=said)
        assert answer.status_code < 500, (said, answer.status_code)
        taken.add(answer.status_code)

    typed()
    assert taken & {200, 303}, taken  # what is right is taken: the walk reaches beyond the first check
    assert client.get("/accueil" if who else "/connexion").status_code in (200, 302)
