"""A line of the list changed in its place: three fields, the rest untouched, two people at once, nobody else's book."""

from typing import Any

import pytest

from brokerage.partners.models import Partner, Status
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in
HTMX = {"HX-Request": "true"}


@pytest.fixture
def partner(nadia: Any, as_member: Any) -> Partner:
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Méridiane", tags=["Cordées"], website="https://m.example")
        session.commit()
        return made


def hidden(answer: Any) -> dict[str, str]:
    import re

    return dict(re.findall(r'name="(opened|version)"[^>]*value="([^"]*)"', answer.text))


def test_status_owner_and_tags_change_and_the_list_comes_back_as_it_was(partner, nadia, karim, signed_in, as_system):
    browser, where = signed_in(nadia), f"/partenaires/{partner.id}/ligne?q=meridiane&region=11"
    shown = browser.get(where, headers=HTMX)

    done = browser.post(where, data=hidden(shown) | {"status": "dormant", "owner_id": str(karim.id), "tags": "Cordées, REP+"})

    assert "Relation, suivi et étiquettes de Méridiane" in shown.text
    assert done.location == "/partenaires/?q=meridiane&region=11"
    with as_system() as session:
        kept = session.get_one(Partner, partner.id)
        assert (kept.status, kept.owner_id, kept.tags, kept.website) == (Status.DORMANT, karim.id, ["Cordées", "REP+"], "https://m.example")


def test_what_a_colleague_changed_meanwhile_is_asked_back_in_the_line(partner, nadia, karim, signed_in, as_system):
    where = f"/partenaires/{partner.id}/ligne"
    opened = hidden(signed_in(nadia).get(where, headers=HTMX))
    theirs = {"status": "former", "owner_id": str(nadia.id), "tags": "Cordées"}
    signed_in(karim).post(where, data=hidden(signed_in(karim).get(where, headers=HTMX)) | theirs)

    answer = signed_in(nadia).post(where, data=opened | theirs | {"status": "dormant"}, headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, f"#l-{partner.id}")
    assert "Karim Lahlou a modifié cette fiche entre-temps" in words(answer)
    with as_system() as session:
        assert session.get_one(Partner, partner.id).status is Status.FORMER


def test_an_unknown_owner_is_refused_in_the_line(partner, nadia, oscar, signed_in):
    opened = hidden(signed_in(nadia).get(f"/partenaires/{partner.id}/ligne", headers=HTMX))
    answer = signed_in(nadia).post(f"/partenaires/{partner.id}/ligne", data=opened | {"status": "active", "owner_id": str(oscar.id), "tags": ""})

    assert answer.status_code == 422


def test_without_a_script_it_is_the_record_and_elsewhere_it_is_nothing(partner, nadia, oscar, signed_in):
    assert signed_in(nadia).get(f"/partenaires/{partner.id}/ligne").location == f"/partenaires/{partner.id}?modifier=owner_id#en-bref"
    assert signed_in(oscar).get(f"/partenaires/{partner.id}/ligne", headers=HTMX).status_code == 404
    assert f'hx-get="/partenaires/{partner.id}/ligne?q=meridiane"' in signed_in(nadia).get("/partenaires/?q=meridiane").text
