"""Annuaire commun: allies see organisations and roles; never a person, never what is hidden, never without a convention."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.conventions import policy as conventions
from brokerage.conventions.models import Convention
from brokerage.partners import showcase
from brokerage.partners.models import ContactRole, PartnerKind, Permission, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements
SECRETS = ["Canariprenom", "Canarinom", "canari-adresse", "99 00 52 40", "639980001", "Canarititre", "Canarietiquette", "Canarisource", "Canarinote"]
HIDDEN = "Lycée Canaricache"


@pytest.fixture
def shown(nadia: Any, as_member: Any, a_contact: Any) -> Any:
    """A listed partner of Passeport Avenir with two people, and a hidden one, full of canaries; returns their ids."""
    with as_member(nadia) as session:
        listed = people.a_partner(
            nadia, "Méridiane Énergie", tags=["Canarietiquette"], accepts=["find_speakers"], source="Canarisource", uai="0020050U", headcount="250 à 499"
        )
        for role, permission in ((ContactRole.DIVERSITY_CSR, Permission.ASK_FIRST), (ContactRole.HEAD, Permission.SHARE_OK)):
            contact = a_contact(listed, "Canariprenom", "Canarinom", "canari-adresse@x.example", role=role, title="Canarititre", permission=permission)
        a_contact(listed, "Canariprenom", "Canarinom", role=ContactRole.REFERENT, permission=Permission.NO_SHARE)
        hidden = people.a_partner(nadia, HIDDEN, visibility=Visibility.HIDDEN, town="Canariville", region="04", uai="0951099D")
        a_contact(hidden, "Canariprenom", "Canarinom")
        from brokerage.partners import notes

        notes.write(listed, nadia, "Canarinote")
        session.commit()
    return listed.id, hidden.id, contact.id


ADDRESSES = [
    "/annuaire/", "/annuaire/?q=meridiane", "/annuaire/?q=canarinom", "/annuaire/?q=canari", "/annuaire/?q=canariville", "/annuaire/?region=04",
    "/annuaire/?role=head&kind=corporate&ouvert=oui", "/annuaire/?type=LGT", "/annuaire/?q=%25", "/annuaire/filtres", "/annuaire/{listed}",
    "/annuaire/{hidden}", "/partenaires/", "/partenaires/?q=canarinom", "/partenaires/{listed}", "/partenaires/contacts/{contact}",
    "/partenaires/?ouvrir={listed}", "/annuaire/?q=0951099D", "/annuaire/?etiquette=Canarietiquette", "/demandes/nouvelle?partenaire={listed}",
]  # fmt: skip


@pytest.mark.parametrize("reader", ["lucas", "jean_baptiste", "awa", "oscar"])
def test_no_page_of_another_association_says_who_the_people_are_or_what_is_hidden(reader, shown, cast, signed_in):
    listed, hidden, contact = shown
    stranger = signed_in(getattr(cast, reader))

    for address in ADDRESSES:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "rows"}):
            answer = stranger.get(address.format(listed=listed, hidden=hidden, contact=contact), headers=headers)
            said = answer.get_data(as_text=True) + str(answer.headers)
            asked = address.partition("?")[2]
            leaked = [secret for secret in [*SECRETS, HIDDEN] if secret in said and secret.lower() not in asked.lower()]
            assert (answer.status_code < 500, leaked) == (True, []), address


def test_our_own_pages_do_show_them_so_the_canaries_sing(shown, nadia, signed_in):
    listed = shown[0]

    said = words(signed_in(nadia).get(f"/partenaires/{listed}")).replace("\xa0", " ")

    assert [secret for secret in SECRETS if secret not in said.replace("06 39 98 00 01", "639980001")] == []


def test_an_ally_reads_organisation_place_roles_and_how_many(shown, lucas, signed_in):
    listed = shown[0]

    said = words(signed_in(lucas).get(f"/annuaire/{listed}"))

    for expected in ("Méridiane Énergie", "Courbevoie, Hauts-de-Seine", "Partenaire de Passeport Avenir", "2 contacts", "Chef d'établissement",
                     "Responsable diversité, RSE ou mécénat", "nom et coordonnées visibles après accord", "trouver des intervenants", "ouvert en ce moment",
                     "Demander une mise en relation", "250 à 499"):  # fmt: skip
        assert expected in said
    assert "Personne référente" not in said


def test_the_button_leads_to_a_request_about_this_partner(shown, lucas, signed_in):
    listed = shown[0]

    body = signed_in(lucas).get(f"/annuaire/{listed}").get_data(as_text=True)

    assert f"partenaire={listed}" in body
    assert signed_in(lucas).get(f"/demandes/nouvelle?partenaire={listed}").status_code == 200


def test_hidden_unknown_and_foreign_read_the_same(shown, lucas, oscar, signed_in, cast, as_member):
    with as_member(cast.oscar) as session:
        theirs = people.a_partner(cast.oscar, "Ailleurs SA").id
        session.commit()

    answers = [signed_in(lucas).get(f"/annuaire/{one}") for one in (shown[1], theirs, "00000000-0000-4000-8000-000000000000")]
    answers += [signed_in(oscar).get(f"/annuaire/{shown[0]}")]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({words(answer) for answer in answers[:3]}) == 1


def test_hidden_partners_are_in_no_count_and_no_search(shown, lucas, signed_in):
    reader = signed_in(lucas)

    assert "1 partenaire" in words(reader.get("/annuaire/"))
    for search in ("q=canaricache", "q=0951099D", "region=04", "q=canari"):
        assert words(reader.get(f"/annuaire/?{search}")).count("Aucun partenaire ne correspond") == 1


def test_nothing_is_shown_before_and_after_the_convention(shown, cast, lucas, signed_in, as_system):
    seen = []
    for starts, ends in ((-10, 10), (1, 10), (-10, -1), (0, 0)):
        with as_system() as session:
            today = clock.today()
            days = {"starts_on": today + timedelta(days=starts), "ends_on": today + timedelta(days=ends)}
            session.execute(sa.update(Convention).where(Convention.id == cast.convention.id).values(**days))
            session.commit()
        seen.append((signed_in(lucas).get(f"/annuaire/{shown[0]}").status_code, "Méridiane" in words(signed_in(lucas).get("/annuaire/"))))

    assert seen == [(200, True), (404, False), (404, False), (200, True)]


def test_a_school_both_know_says_so_on_both_sides(shown, jean_baptiste, nadia, signed_in, as_member, a_contact):
    listed = shown[0]
    with as_member(jean_baptiste) as session:
        mine = people.a_partner(jean_baptiste, "Méridiane (site)", uai="0020050U")
        a_contact(mine, "Ida", "Petit")
        session.commit()

    both = "Connu {} et {}"
    theirs, ours = "de Passeport Avenir ({})", "des Entretiens de l'Excellence (1 contact)"
    card = words(signed_in(jean_baptiste).get(f"/annuaire/{listed}"))
    record = words(signed_in(nadia).get(f"/partenaires/{listed}"))

    assert both.format(ours, theirs.format("2 contacts")) in card
    assert both.format(theirs.format("3 contacts"), ours) in record
    assert "dans votre carnet aussi" in words(signed_in(jean_baptiste).get("/annuaire/"))


@pytest.fixture
def book(nadia: Any, as_member: Any) -> Any:
    def filled(*names: str, owner: Any = None, **more: Any) -> None:
        with as_member(owner or nadia) as session:
            for name in names:
                people.a_partner(owner or nadia, name, **more)
            session.commit()

    return filled


@pytest.fixture
def listed(as_member: Any, lucas: Any) -> Any:
    """The pages of the common directory as Lucas reads them, one after the other."""

    def walked(size: int = 50, **wanted: Any) -> list[list[str]]:
        with as_member(lucas):
            allies = conventions.allies(lucas.association_id)
            pages = [showcase.page(allies, showcase.Wanted(**wanted), size)]
            while pages[-1].after:
                pages.append(showcase.page(allies, showcase.Wanted(**wanted | {"after": pages[-1].after}), size))
        return [[card.name for card in page.rows] for page in pages]

    return walked


def test_search_and_filters_work_as_in_our_own_book(book, listed):
    book("Société Générale", "Société Nivéale", region="11", type="GE")
    book("Lycée Le Corbusier", region="32", kind=PartnerKind.ACADEMIC, academy="09", department="59", open_now=False)

    assert listed(words="societe generale") == [["Société Générale"]]
    assert listed(words="%") == listed(words="_") == [[]]
    assert listed(kind=PartnerKind.ACADEMIC) == listed(academy="09") == listed(department="59") == listed(open_now=False) == [["Lycée Le Corbusier"]]
    assert listed(type="GE", region="11") == [["Société Générale", "Société Nivéale"]]
    assert listed(role="head") == [[]]


def test_a_slip_is_mended_by_the_words_that_allies_show_and_by_no_others(book, nadia, lucas, signed_in):
    book("Lycée Renoir")
    book("Lycée Canaricache", visibility=Visibility.HIDDEN)
    reader = signed_in(lucas)

    assert "Aucun résultat pour « renior », voici « Renoir »" in words(reader.get("/annuaire/?q=renior"))
    assert "anaricache" not in words(reader.get("/annuaire/?q=canaricahce"))
    assert "Renoir" not in words(reader.get("/partenaires/?q=renior"))


def test_several_allies_are_merged_in_the_order_of_names_and_one_can_be_chosen(book, listed, cast, lucas, as_system):
    with as_system() as session:
        today = clock.today()
        session.add(Convention(first_id=cast.elsewhere.id, second_id=cast.ede.id, title="Autre", starts_on=today, ends_on=today))
        session.commit()
    book("A", "C", "E", "G")
    book("B", "D", "F", owner=cast.oscar)

    assert listed(size=3) == [["A", "B", "C"], ["D", "E", "F"], ["G"]]
    assert listed(ally=cast.elsewhere.id) == [["B", "D", "F"]]
    assert listed(ally=cast.ede.id) == [[]]
    assert listed(words="b") == [["B"]]


def test_the_directory_costs_the_same_however_long(book, lucas, signed_in, statements, as_member):
    reader, counts = signed_in(lucas), []
    for size in (5, 45):
        book(*(f"Lycée {size} {n:02}" for n in range(size)), accepts=["host_event"])
        for address in ("/annuaire/", "/annuaire/?q=lycee", "/annuaire/?region=11&ouvert=oui"):
            with statements() as said:
                assert reader.get(address).status_code == 200
            counts.append(len(said))

    assert counts[:3] == counts[3:]
    assert max(counts) <= 5


def test_allies_are_those_of_a_convention_in_force(cast, as_member, as_system):
    with as_member(cast.lucas):
        mine = cast.ede.id
        assert [ally.id for ally in conventions.allies(mine)] == [cast.pa.id]
        assert conventions.in_force(mine, cast.pa.id).id == cast.convention.id
        assert conventions.in_force(cast.pa.id, mine).id == cast.convention.id
        assert conventions.in_force(mine, cast.pa.id, on=cast.convention.starts_on - timedelta(days=1)) is None
        assert conventions.in_force(mine, cast.elsewhere.id) is None
    with as_member(cast.oscar):
        assert conventions.allies(cast.elsewhere.id) == []


def test_an_association_alone_is_told_why_its_directory_is_empty(oscar, signed_in):
    assert "Aucune convention en vigueur" in words(signed_in(oscar).get("/annuaire/"))

