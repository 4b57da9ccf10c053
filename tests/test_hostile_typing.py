"""Whatever is typed or put in an address: a page with a sentence, never a failure, and what was typed stays."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brokerage import clock
from brokerage.accounts import links
from brokerage.accounts.models import Purpose, User
from brokerage.introductions import deciding, introductions, requests
from brokerage.introductions.models import IntroductionRequest
from brokerage.timeline import Actor, By
from tests import cast as people

LONG = "Très long texte. " * 600  # 10 200 characters
HOSTILE = [
    LONG, "x" * 10_000, "👩‍👩‍👧‍👦🏳️‍🌈" * 40, "\u202eمرحبا \u2067שלום\u2069", "a\x00b", "\x00", "\x01\x08\x1b[31m", "   ", "",
    "pas-un-uuid", "00000000-0000-0000-0000-00000000000g", "{" + "f" * 32 + "}", "2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "31/02/2026",
    "99999999999999999999", "-1", "1e309", "NaN", "٣٤", "²", "<script>alert(1)</script>", "{{ 7*7 }}", "%(who)s %s %d %", "' OR 1=1 --", "a\r\nBcc: x@y.example",
    "\ufeff\u200b", "ﬀ İ ß", "\ud7ff\uffff", "../../etc/passwd", "9999-12-31_x", "0001-01-01~" + "0" * 32, "x~y", "\u0300" * 500, "_", "~",
]  # fmt: skip
typed = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=60)
bounded = settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@dataclass
class Paper:
    """One form: where it goes, what a sensible person writes in it, and which fields the page writes again."""

    who: str
    path: str
    sensible: dict[str, str]
    again: str = ""  # the fields whose text stays when the form is refused
    hidden: list[str] = field(default_factory=list)


PAPERS = {
    "new request": Paper("lucas", "/demandes/nouvelle", {
        "draft": "", "partner": "", "ally": "", "need": "corporate", "role_sought": "", "purpose": "find_speakers", "event_name": "Atelier",
        "event_on": "", "fallback_on": "", "event_hours": "", "place": "Sarcelles", "audience": "", "pupils": "28", "parents": "", "speakers": "",
        "tutors": "", "rooms": "", "wanted_by": "", "message": "court", "action": "envoyer",
    }, "event_name event_hours place audience message event_on fallback_on wanted_by pupils"),
    "draft": Paper("lucas", "/demandes/brouillon", {
        "draft": "", "partner": "", "ally": "", "need": "corporate", "purpose": "find_speakers", "event_name": "Atelier", "event_on": "",
        "place": "Sarcelles", "pupils": "", "message": "",
    }),
    "partner": Paper("nadia", "/partenaires/nouveau", {
        "kind": "corporate", "name": "", "type": "", "uai": "", "siret": "", "address": "", "postcode": "", "town": "", "website": "",
        "owner_id": "", "status": "active", "visibility": "listed", "accepts": "", "tags": "", "version": "",
    }, "name uai siret address postcode town website tags"),
    "contact": Paper("nadia", "/partenaires/{partner}/contacts/nouveau", {
        "civility": "Mme", "first_name": "", "last_name": "", "role": "other", "title": "", "email": "", "phone": "", "mobile": "",
        "language": "fr", "permission": "ask_first", "source": "", "source_date": "", "asks_per_quarter": "", "quiet_months": "", "version": "",
    }, "first_name last_name title email phone mobile source source_date asks_per_quarter"),
    "contact changed": Paper("nadia", "/partenaires/contacts/{contact}", {
        "version": "x", "last_name": "", "email": "", "phone": "", "source": "", "permission": "ask_first", "role": "other", "language": "fr",
    }, "last_name email phone source"),
    "partner changed": Paper("nadia", "/partenaires/{partner}/modification", {
        "version": "0", "kind": "corporate", "name": "", "siret": "", "website": "", "status": "active", "visibility": "listed",
    }, "name siret website"),
    "note": Paper("nadia", "/partenaires/{partner}/notes", {"text": "", "sure": ""}, "text"),
    "decline": Paper("nadia", "/demandes/{request}/refus", {"reason": "", "word": "", "private_note": ""}, "word private_note"),
    "question": Paper("nadia", "/demandes/{request}/precisions", {"question": ""}, "question"),
    "park": Paper("nadia", "/demandes/{request}/report", {"until": "", "private_reason": ""}, "private_reason"),
    "approve": Paper("nadia", "/demandes/{request}/approbation", {
        "contact": "", "subject-{contact}": "Une heure ?", "body-{contact}": "Bonjour,", "reason-{contact}": "", "word": "", "partenaire": "",
    }, "word subject-{contact} body-{contact}"),
    "preview": Paper("nadia", "/demandes/{request}/apercu", {"preview": "", "partenaire": "", "subject-{contact}": "", "body-{contact}": ""}),
    "reply": Paper("lucas", "/demandes/{asked}/reponse", {"reply": ""}, "reply"),
    "withdraw": Paper("lucas", "/demandes/{request}/retrait", {"why": ""}),
    "noted answer": Paper("nadia", "/demandes/introductions/{introduction}/reponse", {"channel": "phone", "answer": "postpone", "until": ""}),
    "outcome": Paper("lucas", "/demandes/introductions/{introduced}/resultat", {"result": "", "word": ""}, "word"),
    "answer": Paper("", "{answer}", {
        "answer": "", "phone": "", "until": "", "colleague_first": "", "colleague_name": "", "colleague_title": "", "colleague_email": "",
        "word": "", "reason": "",
    }, "until colleague_first colleague_name colleague_title colleague_email word reason"),
    "postponed": Paper("", "{answer}", {"answer": "postpone", "until": "", "word": ""}, "until word"),
    "suggested": Paper("", "{answer}", {"answer": "suggest", "colleague_name": "", "colleague_email": ""}, "colleague_email"),
    "sign-in": Paper("", "/connexion", {"email": "", "password": "", "next": ""}, "email"),
    "forgotten": Paper("", "/mot-de-passe-oublie", {"email": ""}, "email"),
    "oneself": Paper("nadia", "/moi", {"first_name": "", "last_name": "", "title": "", "language": "fr"}, "first_name last_name title"),
    "password": Paper("nadia", "/moi/mot-de-passe", {"current": "", "password": ""}),
    "invitation": Paper("helene", "/membres", {"first_name": "", "last_name": "", "title": "", "roles": "delegate", "region": "", "email": ""},
                        "first_name last_name title email"),
}  # fmt: skip


@dataclass
class Room:
    """What the addresses of the papers stand for; a request that was decided is replaced by a new one."""

    cast: people.Cast
    as_member: object
    names: dict[str, str] = field(default_factory=dict)

    def furnish(self) -> None:
        cast = self.cast
        with self.as_member(cast.nadia) as session:
            nadia = session.get_one(User, cast.nadia.id)
            partner = people.a_partner(nadia, f"Méridiane {uuid.uuid4()}")
            contact = people.a_contact(partner)
            session.commit()
        with self.as_member(cast.lucas) as session:
            lucas = session.get_one(User, cast.lucas.id)
            three = [people.a_request(lucas, cast.pa, partner) for _ in range(4)]
            for one in three:
                requests.submit(one, lucas)
            session.commit()
        with self.as_member(cast.nadia) as session:
            nadia = session.get_one(User, cast.nadia.id)
            asked, approved, accepted = (session.get_one(IntroductionRequest, one.id) for one in three[1:])
            deciding.ask_info(asked, nadia, "Combien d'élèves ?")
            for one in (approved, accepted):
                deciding.approve(one, nadia, [deciding.Choice(contact.id, "Une heure ?", "Bonjour,\n\nD'accord ?", over_limit_reason="urgent")])
            [introduction], [introduced] = approved.introductions, accepted.introductions
            introductions.accept(introduced, By(Actor.CONTACT, contact.id))
            link = links.make(Purpose.ANSWER, introduction.id, cast.pa.id)
            session.commit()
            self.names = {
                "partner": partner.id, "contact": contact.id, "request": three[0].id, "asked": asked.id, "introduction": introduction.id,
                "introduced": introduced.id,
                "answer": links.address(link.id).removeprefix("http://localhost"),
            }  # fmt: skip

    def told(self, words: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda name: str(self.names[name[1]]), words)


@pytest.fixture
def room(cast, as_member):
    found = Room(cast, as_member)
    found.furnish()
    return found


def kept_in(page) -> dict[str, str]:
    """What the fields of a page hold."""
    fields = {x.get("name"): x.get("value") or "" for x in page.iter("input") if x.get("type") not in ("checkbox", "radio", "hidden")}
    return fields | {x.get("name"): x.text or "" for x in page.iter("textarea")}


def plain(words: str) -> str:
    """Text as a field may give it back: without controls, single spaces; a lone dash or the like says nothing."""
    signs = " ".join(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", words).split())
    return signs if re.search(r"\w", signs.replace("_", "")) else ""


def same(name: str, kept: str, words: str) -> bool:
    """Whether a field gave back what was typed; « NaN » or « ² » is no address and no number, and read as nothing."""
    empty = name in ("email", "phone", "mobile", "uai", "siret") and len(plain(words)) < 6 and not kept
    return empty or plain(kept) == plain(words)


def sentences(page) -> list[str]:
    """What a page says of its own accord: an error at a field, a note, or the words of an error page."""
    said = [x for x in page.iter() if x.get("role") == "alert" or {"err", "vide", "note"} & set((x.get("class") or "").split())]
    return [words for x in said if len(words := " ".join("".join(x.itertext()).split())) > 10]


@pytest.mark.slow
@pytest.mark.parametrize("name", PAPERS)
def test_no_form_fails_and_what_was_typed_stays(app, cast, room, client_of, name):
    paper = PAPERS[name]
    client = client_of(getattr(cast, paper.who) if paper.who else None)

    @bounded
    @given(st.dictionaries(st.sampled_from(sorted(paper.sensible)), typed, min_size=1, max_size=4))
    def hold(changes):
        values = {room.told(field): value for field, value in (paper.sensible | changes).items()}
        with clock.at(clock.now() + timedelta(minutes=hold.times * 6)):
            answer = client.post(room.told(paper.path), data=values)
        hold.times += paper.path in ("/connexion", "/mot-de-passe-oublie")  # the throttle looks at five minutes
        assert answer.status_code < 500, answer.text[:300]
        if answer.status_code < 400:
            if "{" in paper.path:
                room.furnish()
            return
        page = html5lib.parse(answer.text, namespaceHTMLElements=False)
        assert sentences(page), (answer.status_code, answer.text[:2000])
        if answer.status_code == 422:
            kept = kept_in(page)
            lost = {f: kept.get(f) for f in room.told(paper.again).split() if f in values and not same(f, kept.get(f, ""), values[f])}
            assert lost == {}, (answer.status_code, {f: values[f][:80] for f in lost}, sentences(page))

    hold.times = 0
    for words in HOSTILE:
        hold = example(dict.fromkeys(paper.sensible, words))(hold)
    hold.times = 0
    hold()


LISTS = {
    "nadia": {
        "/demandes/": ["etat", "demande", "apres"],
        "/partenaires/": ["q", "kind", "type", "region", "academie", "departement", "ouvert", "referent", "etiquette", "statut", "visibilite",
                          "sort", "after", "before", "ouvrir"],
        "/partenaires/filtres": ["q", "region", "referent"],
        "/partenaires/nouveau": ["ecole", "uai", "nom"],
        "/demandes/{request}/approbation": ["q", "partenaire", "contact"],
        "/courrier-local/": ["a", "depuis"],
    },
    "lucas": {
        "/demandes/": ["etat", "demande", "apres"],
        "/demandes/nouvelle": ["brouillon", "partenaire"],
        "/annuaire/": ["q", "kind", "type", "region", "academie", "departement", "role", "ouvert", "allie", "after", "before"],
        "/annuaire/filtres": ["q", "region", "allie"],
        "/accueil": ["lang"],
    },
    "": {"/connexion": ["next", "lang"], "/donnees-personnelles/": ["lang"], "/bienvenue/": ["lang"]},
}  # fmt: skip
PLACES = [(who, path) for who, lists in LISTS.items() for path in lists]


@pytest.mark.slow
@pytest.mark.parametrize(("who", "path"), PLACES)
def test_no_address_fails(app, cast, room, client_of, who, path):
    client = client_of(getattr(cast, who) if who else None)
    names = LISTS[who][path]

    @bounded
    @given(st.dictionaries(st.sampled_from(names), typed, min_size=1, max_size=3))
    def hold(asked):
        for headers in ({}, {"HX-Request": "true", "HX-Target": asked.get("q", "rows").encode("ascii", "ignore").decode().strip()[:20].replace("\r", "").replace("\n", "").replace("\x00", "")}):
            answer = client.get(room.told(path), query_string=asked, headers=headers)
            assert answer.status_code < 500, (answer.status_code, asked)
            if answer.status_code >= 400:
                assert sentences(html5lib.parse(answer.text, namespaceHTMLElements=False))

    for words in HOSTILE:
        hold = example(dict.fromkeys(names, words))(hold)
    hold()
