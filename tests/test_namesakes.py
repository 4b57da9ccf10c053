"""Adding a person the book may have already: told while typing, told once more, added all the same; never across books."""

from typing import Any

import pytest

from brokerage.accounts.models import User
from brokerage.partners import contacts
from brokerage.partners.models import Contact
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in

PERSON = {
    "civility": "Mme", "first_name": "Ada", "last_name": "Né", "role": "other", "email": "", "phone": "", "mobile": "", "language": "fr",
    "permission": "ask_first", "source": "salon 2026",
}  # fmt: skip
FRAGMENT = {"HX-Request": "true", "HX-Target": "peut-etre"}


@pytest.fixture
def book(nadia: Any, oscar: Any, as_member: Any) -> Any:
    """Hélène Marchetti at Méridiane, with address and telephones; an empty lycée; the outsider knows a Hélène too."""
    with as_member(oscar) as session:
        people.a_contact(people.a_partner(oscar, "Ailleurs"))
        session.commit()
    with as_member(nadia) as session:
        company, school = people.a_partner(nadia, "Méridiane"), people.a_partner(nadia, "Lycée Rosa-Bonheur")
        helene = people.a_contact(company)
        session.commit()
        return company.id, school.id, helene.id


def asked(browser: Any, partner_id: Any, **typed: Any) -> str:
    return words(browser.post(f"/partenaires/{partner_id}/contacts/verification", data=PERSON | typed, headers=FRAGMENT))


@pytest.mark.parametrize(
    "typed, why",
    [({"email": "H.Marchetti@meridiane.example"}, "même adresse"), ({"phone": "01 99 00 52 40"}, "même téléphone"), ({"mobile": "06 39 98 00 01"}, "même téléphone")],
)  # fmt: skip
def test_an_address_or_a_telephone_elsewhere_in_the_book_is_told(typed, why, book, nadia, signed_in):
    told = asked(signed_in(nadia), book[1], **typed)

    assert "Hélène Marchetti, Méridiane" in told
    assert why in told


def test_the_same_name_at_this_partner_is_told_whatever_its_accents_and_elsewhere_it_is_not(book, nadia, signed_in):
    browser, typed = signed_in(nadia), {"first_name": "helene", "last_name": "MARCHETTI"}

    assert "même nom, ici" in asked(browser, book[0], **typed)
    assert "Marchetti" not in asked(browser, book[1], **typed)


def test_colleagues_on_one_telephone_and_a_half_typed_address_are_not(book, nadia, signed_in):
    browser = signed_in(nadia)

    assert "Marchetti" not in asked(browser, book[0], phone="01 99 00 52 40")
    assert "Marchetti" not in asked(browser, book[1], email="h.marchetti@", phone="01 99")


def test_nobody_learns_who_is_in_another_book(book, jean_baptiste, signed_in, as_member):
    with as_member(jean_baptiste) as session:
        theirs = people.a_partner(jean_baptiste)
        session.commit()
    typed = {"email": "h.marchetti@meridiane.example", "phone": "01 99 00 52 40"}

    assert "Marchetti" not in asked(signed_in(jean_baptiste), theirs.id, **typed)
    assert signed_in(jean_baptiste).post(f"/partenaires/{book[1]}/contacts/verification", data=PERSON | typed).status_code == 404


def test_who_is_edited_is_not_their_own_double(book, nadia, signed_in):
    typed = PERSON | {"first_name": "Hélène", "last_name": "Marchetti", "email": "h.marchetti@meridiane.example"}
    answer = signed_in(nadia).post(f"/partenaires/{book[0]}/contacts/verification?contact={book[2]}", data=typed, headers=FRAGMENT)

    assert "Marchetti" not in answer.text


def test_adding_asks_once_and_then_does_it(book, nadia, signed_in, as_system):
    where, typed = f"/partenaires/{book[1]}/contacts/nouveau", PERSON | {"email": "h.marchetti@meridiane.example"}

    told = signed_in(nadia).post(where, data=typed)
    done = signed_in(nadia).post(where, data=typed | {"quand_meme": "1"})

    assert (told.status_code, done.status_code) == (422, 303)
    assert "Ajouter quand même" in words(told)
    with as_system() as session:
        assert session.query(Contact).filter_by(last_name="Né").count() == 1


def test_who_was_removed_can_be_put_back_from_there(book, nadia, signed_in, as_member, as_system):
    with as_member(nadia) as session:
        contacts.remove(session.get_one(Contact, book[2]), session.get_one(User, nadia.id))
        session.commit()
    typed = PERSON | {"email": "h.marchetti@meridiane.example"}
    told = signed_in(nadia).post(f"/partenaires/{book[1]}/contacts/verification", data=typed, headers=FRAGMENT)

    assert "retirée du carnet" in words(told)
    assert f'formaction="/partenaires/contacts/{book[2]}/restauration"' in told.text
    signed_in(nadia).post(f"/partenaires/contacts/{book[2]}/restauration")
    with as_system() as session:
        assert session.get_one(Contact, book[2]).deleted_at is None
