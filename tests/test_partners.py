"""Our own book: searched, filtered and paged; one partner in full; notes."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock, timeline
from brokerage.accounts.models import Role, User
from brokerage.introductions.models import Ask
from brokerage.partners import directory, finding, notes
from brokerage.partners.models import PartnerKind, Status, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements
NONE = sa.select(sa.literal(0)).scalar_subquery()


@pytest.fixture
def book(nadia: User, as_member: Any) -> Callable[..., list[Any]]:
    """`book("Lycée A", "Lycée B", town="Lens")` puts partners of Passeport Avenir in its book; returns their ids."""

    def filled(*names: str, **more: Any) -> list[Any]:
        with as_member(nadia) as session:
            owner = more.pop("owner", nadia)
            made = [people.a_partner(owner, name, **more).id for name in names]
            session.commit()
        return made

    return filled


@pytest.fixture
def found(nadia: User, as_member: Any) -> Callable[..., list[str]]:
    """The names a list gives, in its order."""

    def listed(**wanted: Any) -> list[str]:
        size = wanted.pop("size", 50)
        with as_member(nadia):
            return [row.name for row in directory.page(nadia.association_id, directory.Wanted(**wanted), NONE, size).rows]

    return listed


@pytest.mark.parametrize("typed", ["societe generale", "Société Générale", "SOCIETE  générale", "generale societe", "société-génér"])
def test_a_search_does_not_care_for_accents_case_or_order(typed, book, found):
    book("Société Générale", "Société Nivéale", "Lycée Général de Gaulle")

    assert found(words=typed) == ["Société Générale"]


@pytest.mark.parametrize("typed", ["%", "_", "%%%", "\\", "'", "漢字", "½", "lyc%e"])
def test_signs_of_a_pattern_find_nothing(typed, book, found):
    book("Lycée Rosa-Bonheur")

    assert found(words=typed) == []


def test_a_partner_is_found_by_town_postcode_code_or_the_name_of_a_contact(book, found, nadia, as_member, a_contact):
    book("Lycée Condorcet", town="Saint-Quentin", postcode="02100", uai="0020050U")
    with as_member(nadia) as session:
        partner = people.a_partner(nadia, "Valmont Assurances", town="Le Mans", postcode="72000", department="72")
        a_contact(partner, "Loïc", "Lefèvre")
        session.commit()

    assert found(words="saint quentin") == found(words="02100") == found(words="0020050u") == ["Lycée Condorcet"]
    assert found(words="lefevre loic") == found(words="le mans") == ["Valmont Assurances"]
    assert found(words="lefevre condorcet") == []


def test_a_short_word_counts_where_a_word_begins(book, found):
    book("Lycée Le Corbusier", "Collège Simone", town="Arras")

    assert found(words="le") == found(words="le corbusier") == ["Lycée Le Corbusier"]


@pytest.mark.parametrize("most, common, walked", [(3000, 10_000, 2500), (2, 10_000, 2500), (3000, 1, 2500), (3000, 1, 22)])
def test_whichever_way_rows_are_gathered_the_same_are_found(most, common, walked, monkeypatch, book, found, nadia, as_member, a_contact):
    monkeypatch.setattr(finding, "MOST", most)
    monkeypatch.setattr(finding, "COMMON", common)
    monkeypatch.setattr(finding, "WALKED", walked)
    directory._statement.cache_clear()
    book(*(f"Lycée {word} {n:02}" for word in ("Ardoise", "Bonheur") for n in range(20)), town="Lens", region="32")
    with as_member(nadia) as session:
        a_contact(people.a_partner(nadia, "Valmont", region="32"), "Ida", "Bonheur")
        session.commit()

    assert found(words="bonheur") == [f"Lycée Bonheur {n:02}" for n in range(20)] + ["Valmont"]
    assert found(words="bonheur", region="11") == []
    assert found(words="bonheur", size=5) == [f"Lycée Bonheur {n:02}" for n in range(5)]
    directory._statement.cache_clear()


def test_names_that_begin_as_typed_come_first_then_all_others_by_name(book, found):
    book("Banque Société", "Société Générale", "Agence de la Société", "Sociétés réunies", "Zoo")

    assert found(words="societe") == ["Société Générale", "Sociétés réunies", "Agence de la Société", "Banque Société"]
    assert found(words="societe", sort="-nom") == ["Sociétés réunies", "Société Générale", "Banque Société", "Agence de la Société"]


@pytest.mark.parametrize("typed", ["lycee renior", "lycee renor", "lycée renoire", "lycée rrenoir", "liycee renoir"])
def test_a_slip_is_mended_where_it_finds_nothing_and_the_page_says_so(typed, book, nadia, signed_in):
    book("Lycée Renoir", "Lycée Monet", region="11")
    reader = signed_in(nadia)

    page = words(reader.get("/partenaires/", query_string={"q": typed}))

    assert f"Aucun résultat pour « {typed} », voici « Lycée Renoir »" in page
    assert "1 partenaire" in page
    assert "voici" not in words(reader.get("/partenaires/?q=renoir"))
    assert "Aucun partenaire ne correspond" in words(reader.get("/partenaires/", query_string={"q": typed, "region": "32"}))


def test_all_that_match_a_slip_are_those_the_list_shows(book, nadia, as_member):
    ids = book("Lycée Renoir")
    book("Lycée Monet")

    with as_member(nadia):
        assert list(directory.ids(nadia.association_id, directory.Wanted(words="renior"))) == ids
        assert directory.ids(nadia.association_id, directory.Wanted(words="xyzzyxyzzy")) == []


@pytest.mark.parametrize("sort", ["nom", "-nom", "echange"])
@pytest.mark.parametrize("walked", [2500, 3])
def test_the_pages_of_a_search_follow_each_other_both_ways(sort, walked, monkeypatch, book, nadia, as_member):
    monkeypatch.setattr(finding, "COMMON", 1)
    monkeypatch.setattr(finding, "WALKED", walked)
    directory._statement.cache_clear()
    book(*(f"{name} {n}" for name in ("Cité du lycée", "Lycée", "Zone du lycée", "Collège") for n in range(7)))

    def page(size: int = 5, **mark: str) -> Any:
        return directory.page(nadia.association_id, directory.Wanted(words="lycee", sort=sort, **mark), NONE, size)

    with as_member(nadia):
        pages = [page()]
        while pages[-1].after:
            pages.append(page(after=pages[-1].after))
        back = [page(before=later.before) for later in pages[1:]]
        whole = page(50)

    assert len(whole.rows) == 21
    assert [row.id for p in pages for row in p.rows] == [row.id for row in whole.rows]
    assert [[row.id for row in p.rows] for p in back] == [[row.id for row in p.rows] for p in pages[:-1]]
    directory._statement.cache_clear()


@pytest.mark.parametrize("sort", ["nom", "-nom", "echange", "-echange"])
def test_pages_follow_each_other_without_gap_or_double_both_ways(sort, book, nadia, as_member):
    ids = book(*(f"Lycée {n % 7} {n:02}" for n in range(23)))
    with as_member(nadia) as session:
        for n, partner_id in enumerate(ids):
            day = clock.today() - timedelta(days=n % 5) if n % 4 else None
            session.execute(sa.update(directory.Partner).where(directory.Partner.id == partner_id).values(last_contact_on=day))
        session.commit()

    def page(**mark: str) -> Any:
        return directory.page(nadia.association_id, directory.Wanted(sort=sort, **mark), NONE, 5)

    with as_member(nadia):
        pages = [page()]
        while pages[-1].after:
            pages.append(page(after=pages[-1].after))
        back = page(before=pages[2].before)
        whole = directory.page(nadia.association_id, directory.Wanted(sort=sort), NONE, 50)

    assert [row.id for p in pages for row in p.rows] == [row.id for row in whole.rows]
    assert {row.id for row in whole.rows} == set(ids)
    assert [row.id for row in back.rows] == [row.id for row in pages[1].rows]
    assert (pages[0].before, pages[0].total, whole.total) == (None, 23, 23)


def test_filters_combine(book, found, nadia, karim):
    book("A", kind=PartnerKind.ACADEMIC, region="11", department="93", type="LGT", tags=["Cordées", "REP+"])
    book("B", kind=PartnerKind.ACADEMIC, region="11", department="95", type="LP", tags=["Cordées"], open_now=False)
    book("C", kind=PartnerKind.CORPORATE, region="32", department="59", status=Status.DORMANT, visibility=Visibility.HIDDEN)
    book("D", kind=PartnerKind.CORPORATE, region="11", owner=karim)

    assert found(kind=PartnerKind.ACADEMIC, tag="Cordées") == ["A", "B"]
    assert found(kind=PartnerKind.ACADEMIC, tag="Cordées", open_now=True) == ["A"]
    assert found(region="11", owner=karim.id) == ["D"]
    assert found(status=Status.DORMANT, visibility=Visibility.HIDDEN) == ["C"]
    assert found(department="95", type="LGT") == []


def test_nonsense_in_an_address_is_left_out(book, nadia, signed_in):
    book("Lycée Rosa-Bonheur")

    answer = signed_in(nadia).get("/partenaires/?kind=x&region=99&referent=moi&after=zzz&sort=poids&ouvert=peut-etre")

    assert answer.status_code == 200
    assert "1 partenaire" in words(answer)


def test_the_list_costs_the_same_however_long(book, nadia, signed_in, statements, as_member, a_contact):
    reader, counts = signed_in(nadia), []
    for size in (5, 45):
        made = book(*(f"Lycée {size} {n:02}" for n in range(size)), tags=["Cordées"])
        with as_member(nadia) as session:
            a_contact(session.get(directory.Partner, made[0]))
            session.commit()
        for address in ("/partenaires/", "/partenaires/?q=lycee", "/partenaires/?region=11&sort=-echange"):
            with statements() as said:
                assert reader.get(address).status_code == 200
            counts.append(len(said))

    assert counts[:3] == counts[3:]
    assert max(counts) <= 4


def test_the_rows_alone_bring_count_and_filters_along(book, nadia, signed_in):
    book("Lycée Rosa-Bonheur", "Lycée Maryse-Condé")

    answer = signed_in(nadia).get("/partenaires/?q=rosa&region=11", headers={"HX-Request": "true", "HX-Target": "rows"})

    body = answer.get_data(as_text=True)
    assert "<html" not in body
    assert "Rosa-Bonheur" in body
    assert "Maryse" not in body
    assert "1 partenaire" in body
    assert 'id="filtres"' in body


def test_a_delegate_reads_and_may_not_edit_and_an_auditor_stays_outside(book, nadia, thi_mai, signed_in, as_system):
    [partner_id] = book("Lycée Rosa-Bonheur")
    with as_system() as session:
        session.get(User, nadia.id).roles = [Role.AUDITOR.value]
        session.commit()

    delegate = signed_in(thi_mai).get(f"/partenaires/{partner_id}")

    assert "Modifier" not in words(delegate)
    assert signed_in(thi_mai).get(f"/partenaires/{partner_id}/modification").status_code == 403
    assert signed_in(nadia).get(f"/partenaires/{partner_id}").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_leads_nowhere_that_is_closed_to_its_reader(nadia, signed_in, as_system, role):
    with as_system() as session:
        session.get(User, nadia.id).roles = [role.value]
        session.commit()
    browser = signed_in(nadia)
    page = browser.get("/accueil").text

    offered = set(re.findall(r'<a class="(?:nav|menu)-l" href="([^"]+)"', page)) | set(re.findall(r'href="([^"]+)"', page.split('class="onglets-bas"')[1]))

    assert {path for path in offered if path.startswith("/") and browser.get(path).status_code >= 400} == set()


def test_a_record_shows_people_their_coordinates_and_how_often_they_were_asked(nadia, lucas, cast, signed_in, as_member, as_system, a_contact, a_request):
    with as_member(nadia) as session:
        partner = people.a_partner(nadia, "Lycée Maryse-Condé")
        contact = a_contact(partner)
        session.commit()
    _asked(contact, lucas, nadia, cast, partner, as_system, days=40)

    shown = words(signed_in(nadia).get(f"/partenaires/{partner.id}"))

    assert "h.marchetti@meridiane.example" in shown
    assert "01 99 00 52 40" in shown.replace("\xa0", " ")
    assert "1 sollicitation sur 2 ce trimestre" in shown.replace("\xa0", " ")
    assert "Origine : salon 2024" in shown.replace("\xa0", " ")
    assert "Lucas Ferreira" in shown


def _asked(contact: Any, asker: User, decider: User, cast: Any, partner: Any, as_system: Any, days: int) -> None:
    from brokerage.introductions.models import Introduction, IntroductionRequest
    from brokerage.introductions.states import RequestState

    at = clock.now() - timedelta(days=days)
    with as_system() as session:
        sides = {"asking_id": cast.ede.id, "giving_id": cast.pa.id, "state_since": at}
        request = IntroductionRequest(
            number="2026-9001", requester_id=asker.id, handler_id=decider.id, partner_id=partner.id, state=RequestState.APPROVED,
            submitted_at=at, target_name=partner.name, **sides,
        )  # fmt: skip
        session.add(request)
        session.flush()
        one = Introduction(request_id=request.id, contact_id=contact.id, contact_role=contact.role, **sides)
        session.add(one)
        session.flush()
        session.add(
            Ask(association_id=cast.pa.id, introduction_id=one.id, contact_id=contact.id, by_id=decider.id, asked_at=at, subject="s", body="b")
        )
        session.commit()


def test_a_record_costs_the_same_with_one_person_or_eight(nadia, signed_in, statements, as_member, a_contact):
    reader, counts = signed_in(nadia), []
    for size in (1, 8):
        with as_member(nadia) as session:
            partner = people.a_partner(nadia, f"Lycée {size}")
            for n in range(size):
                a_contact(partner, last=f"Nom{n}")
            session.commit()
        with statements() as said:
            assert reader.get(f"/partenaires/{partner.id}").status_code == 200
        counts.append(len(said))

    assert counts[0] == counts[1]


def test_another_association_and_nobody_read_the_same_not_found(book, oscar, lucas, signed_in):
    [partner_id] = book("Lycée Rosa-Bonheur")

    for reader in (oscar, lucas):
        theirs = signed_in(reader).get(f"/partenaires/{partner_id}")
        unknown = signed_in(reader).get("/partenaires/00000000-0000-4000-8000-000000000000")
        assert (theirs.status_code, words(theirs)) == (404, words(unknown))


def test_a_note_is_kept_for_our_association_only(book, thi_mai, nadia, lucas, signed_in, as_member, as_system):
    [partner_id] = book("Lycée Rosa-Bonheur")

    answer = signed_in(thi_mai).post(f"/partenaires/{partner_id}/notes", data={"text": "Préférer un <b>e-mail</b> court.\nLe soir."})

    assert answer.status_code == 303
    page = signed_in(nadia).get(f"/partenaires/{partner_id}").get_data(as_text=True)
    assert "Préférer un &lt;b&gt;e-mail&lt;/b&gt; court.<br>Le soir." in page
    with as_system() as session:
        kept = session.scalars(sa.select(timeline.Entry).where(timeline.Entry.what == "note")).all()
    assert [note.association_id for note in kept] == [nadia.association_id]


def test_a_note_about_a_pupil_is_questioned_before_it_is_kept(book, thi_mai, signed_in, as_system):
    [partner_id] = book("Lycée Rosa-Bonheur")
    delicate = {"text": "L'élève Inaya Benali voudrait un stage."}

    asked = signed_in(thi_mai).post(f"/partenaires/{partner_id}/notes", data=delicate)
    kept = signed_in(thi_mai).post(f"/partenaires/{partner_id}/notes", data=delicate | {"sure": "y"})

    assert asked.status_code == 422
    assert "élève Inaya Benali" in words(asked)
    assert "voudrait un stage" in asked.get_data(as_text=True)
    assert kept.status_code == 303
    with as_system() as session:
        assert session.scalar(sa.select(sa.func.count()).where(timeline.Entry.what == "note")) == 1


@pytest.mark.parametrize(
    "text, doubts",
    [
        ("30 élèves de 1re STI2D, deux salles", 0), ("Élève repérée : Inaya K., 1re STL", 2), ("née le 3/4/2009", 1),
        ("Mme Vasseur est en congé maternité", 1), ("Le lycée Jean Moulin accueille 40 élèves en Terminale", 0),
        ("L'amphi tient 120 places, réserver six semaines avant", 0), ("elle a 17 ans", 1), ("Cordées depuis 10 ans", 0),
        ("référent handicap de l'entreprise", 0), ("Projet étudiants Sciences Po", 0), ("fille de M. Dupont", 1),
    ],
)  # fmt: skip
def test_doubts_are_about_one_pupil_or_private_life_not_about_numbers(text, doubts):
    assert len(notes.doubts_in(text)) == doubts


def test_all_that_match_are_the_rows_of_every_page(cast, nadia, as_member):
    with as_member(nadia):
        for number in range(60):
            people.a_partner(nadia, f"Lycée {number:02}", region="11" if number % 2 else "84")
        for wanted in (directory.Wanted(), directory.Wanted(region="11"), directory.Wanted(words="lycee 3"), directory.Wanted(words="lycée", sort="-nom")):
            every, pages, after = directory.ids(nadia.association_id, wanted), [], ""
            while True:
                listing = directory.page(nadia.association_id, replace(wanted, after=after), NONE, 7)
                pages += [row.id for row in listing.rows]
                if not (after := listing.after or ""):
                    break

            assert every == pages != []
