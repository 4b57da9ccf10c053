"""Duplicates: what is proposed and what never is, merging, and undoing it to the last row."""

import uuid
from dataclasses import fields, replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokerage import errands, scope
from brokerage.accounts.models import User
from brokerage.database import Base
from brokerage.errors import BadInput, WrongState
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail.models import Suppression
from brokerage.partners import duplicates, merging, partners, record, seeking, vault
from brokerage.partners.merges import LikelyPair, Merge
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission, Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.conftest import as_role
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in


def found(user: User) -> list[tuple[str, ...]]:
    """What the queue says once the book was searched anew."""
    seeking.seek(user.association_id)
    return [pair.reasons for pair in duplicates.page(user.association_id)[0]]


def test_the_same_name_in_the_same_town_is_proposed_whatever_its_accents(nadia, as_member):
    with as_member(nadia):
        people.a_partner(nadia, "Société Générale")
        people.a_partner(nadia, "SOCIETE  GENERALE")

        assert found(nadia) == [("name",)]


def test_a_lycee_and_its_section_professionnelle_are_never_one(nadia, as_member):
    school: dict[str, Any] = {"kind": PartnerKind.ACADEMIC, "town": "Saint-Quentin", "postcode": "02100"}
    with as_member(nadia) as session:
        one = people.a_partner(nadia, "Lycée Condorcet", uai="0020050U", **school)
        two = people.a_partner(nadia, "Lycée Condorcet", uai="0020079A", **school)
        people.a_contact(one)
        people.a_contact(two)

        assert found(nadia) == []
        with pytest.raises(BadInput):
            merging.merge(one.id, two.id, session.get_one(User, nadia.id))


def test_two_establishments_of_one_company_are_never_one(nadia, as_member):
    with as_member(nadia):
        people.a_partner(nadia, siren="552100554", siret="55210055400013")
        people.a_partner(nadia, siren="552100554", siret="55210055400021")

        assert found(nadia) == []


SECTIONS = [{"name": "SEP du lycée Condorcet"}, {"name": "Lycée Condorcet, section d'enseignement professionnel"}, {"type": "SEP"}]


@pytest.mark.parametrize("section", SECTIONS)
def test_nor_without_a_uai_though_they_share_a_secretary_and_a_telephone(section, nadia, as_member):
    school: dict[str, Any] = {"kind": PartnerKind.ACADEMIC, "town": "Saint-Quentin", "postcode": "02100", "type": "LPO"}
    with as_member(nadia):
        people.a_contact(people.a_partner(nadia, "Lycée Condorcet", uai="0020050U", **school))
        people.a_contact(people.a_partner(nadia, **school | {"name": "Lycée Condorcet"} | section))

        assert found(nadia) == []


def test_nor_two_sites_of_one_company_with_one_person_for_both(nadia, as_member):
    with as_member(nadia):
        for town, postcode in (("Toulouse", "31000"), ("Blagnac", "31700")):
            people.a_contact(people.a_partner(nadia, "Ardenne Aéronautique", town=town, postcode=postcode, siren="552100554"))

        assert found(nadia) == []


def test_a_telephone_at_both_proposes_them_but_a_switchboard_does_not(nadia, oscar, as_member):
    with as_member(oscar) as session:
        people.a_contact(people.a_partner(oscar, "Ailleurs"), email="o@x.example")
        session.commit()
    with as_member(nadia):
        for n, name in enumerate(("Fondation Ardenne", "Ardenne")):
            people.a_contact(people.a_partner(nadia, name, town=""), email=f"{n}@x.example")

        assert found(nadia) == [("phone",)]

        for n in range(4):
            people.a_contact(people.a_partner(nadia, f"Site {n}", town=""), email=f"site{n}@x.example")
        seeking._forget(nadia.association_id, None)

        assert seeking.found(nadia.association_id) == {}


def test_a_town_typed_with_its_cedex_is_the_same_town(nadia, as_member):
    with as_member(nadia):
        people.a_partner(nadia, "Lycée Jean-Jaurès", town="Sarcelles")
        people.a_partner(nadia, "Lycee jean jaures", town="SARCELLES CEDEX")

        assert found(nadia) == [("name",)]


def test_the_next_search_looks_at_what_changed_and_forgets_what_is_no_longer_alike(nadia, as_member):
    with as_member(nadia) as session:
        by = session.get_one(User, nadia.id)
        for n in range(3):
            people.a_partner(nadia, f"Déjà là {n}")
        one, two = people.a_partner(nadia, "Ardenne"), people.a_partner(nadia, "Ardenne Nord")
        assert seeking.seek(nadia.association_id) == -1

        partners.change(two, by, replace(details_of(two), name="ARDENNE"), two.version)
        assert seeking.seek(nadia.association_id) == 1
        assert [pair.reasons for pair in duplicates.page(nadia.association_id)[0]] == [("name",)]
        assert duplicates.count(nadia.association_id) == 1

        partners.change(one, by, replace(details_of(one), name="Brocéliande"), one.version)
        seeking.seek(nadia.association_id)
        assert duplicates.count(nadia.association_id) == 0


def details_of(partner: Partner) -> partners.Details:
    """What a form that changes nothing says of a partner."""
    same = {f.name: getattr(partner, f.name) for f in fields(partners.Details)}
    return partners.Details(**same | {"accepts": tuple(partner.accepts), "tags": tuple(partner.tags), "extra": {}})


def test_the_errand_searches_every_book_in_its_own_scope(nadia, oscar, app, as_member, as_system, monkeypatch):
    monkeypatch.setattr(errands, "_installed", app)
    for who in (nadia, oscar):
        with as_member(who) as session:
            people.a_partner(who)
            session.commit()
    with as_member(nadia) as session:
        people.a_partner(nadia)
        session.commit()

    assert errands.seek_duplicates() == 3
    with as_system() as session:
        assert session.scalars(sa.select(LikelyPair.association_id)).all() == [nadia.association_id]


def test_what_somebody_set_apart_stays_apart(nadia, as_member, signed_in):
    with as_member(nadia) as session:
        one, two = people.a_partner(nadia), people.a_partner(nadia)
        session.commit()

    signed_in(nadia).post(f"/partenaires/doublons/{one.id}/distinction", data={"avec": two.id})

    with as_member(nadia):
        assert found(nadia) == []


@pytest.fixture
def dump(admin_url: str, database: str) -> Any:
    """Everything in the database but the timeline, the merges, and counters of versions, which never go back."""
    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)

    def taken() -> dict[str, list[str]]:
        with engine.connect() as connection:
            names = [t.name for t in Base.metadata.tables.values() if not t.info.get("is_view") and t.name not in ("entry", "merge")]
            return {n: list(connection.scalars(sa.text(f"SELECT (to_jsonb(t) - 'version')::text FROM {n} t ORDER BY 1"))) for n in sorted(names)}

    return taken


SHAPES = st.fixed_dictionaries({
    "name": st.sampled_from(["Énergie", "Énergie du Nord", "Œuvre"]), "town": st.sampled_from(["", "Lille"]), "website": st.sampled_from(["", "https://a.example", "https://b.example"]),
    "tags": st.lists(st.sampled_from(["a", "b", "c"]), unique=True), "visibility": st.sampled_from(list(Visibility)), "open_now": st.booleans(),
    "siret": st.booleans(),
})  # fmt: skip
PERSONS = st.lists(st.tuples(st.sampled_from(["Ada", "Bo"]), st.sampled_from(["", "ada@x.example", "bo@x.example"]), st.sampled_from(list(Permission)), st.integers(1, 12)), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(SHAPES, PERSONS), st.tuples(SHAPES, PERSONS), st.frozensets(st.sampled_from(["name", "town", "website", "open_now"])))
def test_merge_then_undo_is_the_identity_on_the_database(cast, nadia, lucas, dump, one, two, theirs):
    ids = []
    for shape, persons in (one, two):
        values = shape | {"siret": str(uuid.uuid4().int)[:14] if ids and shape["siret"] else None}
        with scope.acting(scope.member(nadia.association_id)) as session:
            partner = people.a_partner(nadia, **values)
            for first, email, permission, month in persons:
                people.a_contact(partner, first, "Né", email, permission=permission, quiet_months=[month])
            session.commit()
        with scope.acting(scope.member(lucas.association_id)) as session:
            people.a_request(lucas, cast.pa, partner)
            session.commit()
        ids.append(partner.id)
    before = dump()

    with scope.acting(scope.member(nadia.association_id)) as session:
        merging.merge(ids[0], ids[1], session.get_one(User, nadia.id), theirs)
        session.commit()
    assert dump() != before
    with scope.acting(scope.member(nadia.association_id)) as session:
        done = session.scalars(sa.select(Merge).where(Merge.loser_id == ids[1])).one()
        assert merging.undo(done, session.get_one(User, nadia.id)) == []
        session.commit()

    assert dump() == before


@pytest.fixture
def merged(nadia, lucas, cast, as_member) -> Any:
    """Two of one, merged: the kept one had no telephone and a milder word on what may be passed on."""
    with as_member(nadia) as session:
        one, two = people.a_partner(nadia), people.a_partner(nadia, website="https://m.example")
        kept, gone = people.a_contact(one, permission=Permission.SHARE_OK), people.a_contact(two, permission=Permission.NO_SHARE)
        vault.keep(nadia.association_id, kept.id, vault.Coordinates("h.marchetti@meridiane.example"))
        session.commit()
    with as_member(lucas) as session:
        people.a_request(lucas, cast.pa, two)
        session.commit()
    with as_member(nadia) as session:
        done = merging.merge(one.id, two.id, session.get_one(User, nadia.id))
        session.commit()
    return one.id, two.id, kept.id, gone.id, done.id


def test_what_pointed_to_the_one_points_to_the_other_and_the_stricter_word_wins(nadia, merged, as_member):
    one, two, kept, _gone, _done = merged
    with as_member(nadia) as session:
        assert session.scalars(sa.select(IntroductionRequest.partner_id)).all() == [one]
        assert session.get_one(Contact, kept).permission is Permission.NO_SHARE
        assert vault.own([kept])[kept].phone == "+33199005240"
        assert record.of(session.get_one(Partner, one)).past.entries[0].what == "partners_merged"
        assert session.get_one(Partner, two).deleted_at


def test_the_memory_of_a_merge_holds_no_address_and_no_name(nadia, merged, as_member):
    with as_member(nadia) as session:
        done = session.get_one(Merge, merged[4])
        said = f"{done.changes} {done.moved}"

    assert not any(secret in said for secret in ("marchetti", "Marchetti", "+33", "Hélène"))


def test_undoing_keeps_what_was_changed_since_and_names_it(nadia, merged, as_member):
    with as_member(nadia) as session:
        session.get_one(Partner, merged[0]).website = "https://autre.example"
        session.commit()
    with as_member(nadia) as session:
        assert merging.undo(session.get_one(Merge, merged[4]), session.get_one(User, nadia.id)) == ["website"]
        assert session.get_one(Partner, merged[0]).website == "https://autre.example"


def test_an_objection_since_covers_both_after_undoing(nadia, merged, as_member, as_system):
    from brokerage.privacy import objection

    with as_system() as session:
        objection.object_to_everything(merged[2])
        session.commit()
        assert session.scalars(sa.select(Suppression)).all()
    with as_member(nadia) as session:
        merging.undo(session.get_one(Merge, merged[4]), session.get_one(User, nadia.id))

        assert {session.get_one(Contact, one).permission for one in merged[2:4]} == {Permission.DO_NOT_CONTACT}


def test_a_person_taken_out_since_does_not_come_back(nadia, merged, as_member):
    with as_member(nadia) as session:
        session.get_one(Contact, merged[2]).deleted_at = sa.func.now()
        session.commit()
    with as_member(nadia) as session:
        assert "contact" in merging.undo(session.get_one(Merge, merged[4]), session.get_one(User, nadia.id))
        assert session.get_one(Contact, merged[3]).deleted_at


def test_the_second_of_two_who_merge_the_same_pair_is_told(nadia, merged, as_member):
    with as_member(nadia) as session, pytest.raises(WrongState):
        merging.merge(merged[1], merged[0], session.get_one(User, nadia.id))


def test_the_pages_lead_from_the_queue_to_a_merge_and_back(nadia, oscar, as_member, signed_in):
    with as_member(nadia) as session:
        one, two = people.a_partner(nadia, website="https://un.example"), people.a_partner(nadia, website="https://deux.example")
        session.commit()
    browser = signed_in(nadia)
    with as_member(nadia) as session:
        assert found(nadia) == [("name",)]
        session.commit()

    assert "même nom, même ville" in words(browser.get("/partenaires/doublons"))
    assert "https://deux.example" in words(browser.get(f"/partenaires/doublons/{one.id}?avec={two.id}&website=theirs")).partition("Après la fusion")[2]
    assert signed_in(oscar).get(f"/partenaires/doublons/{one.id}?avec={two.id}").status_code == 404
    assert browser.post(f"/partenaires/doublons/{one.id}/fusion", data={"avec": two.id, "website": "theirs"}).status_code == 303
    with as_member(nadia) as session:
        done = session.scalars(sa.select(Merge)).one()
        assert session.get_one(Partner, one.id).website == "https://deux.example"
    assert "Défaire" in words(browser.get("/partenaires/fusions"))
    assert signed_in(oscar).post(f"/partenaires/fusions/{done.id}/annulation").status_code == 404
    assert browser.post(f"/partenaires/fusions/{done.id}/annulation").status_code == 303
    with as_member(nadia) as session:
        assert session.get_one(Partner, two.id).deleted_at is None


def test_the_form_says_that_the_partner_may_be_there_already(nadia, as_member, signed_in):
    with as_member(nadia) as session:
        people.a_partner(nadia, "Méridiane Énergie")
        session.commit()

    answer = signed_in(nadia).get("/partenaires/nouveau?name=meridiane+energie", headers={"HX-Request": "true", "HX-Target": "peut-etre"})

    assert "existe peut-être déjà" in words(answer)
