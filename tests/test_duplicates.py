"""Duplicates: what is proposed and what never is, merging, and undoing it to the last row."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokerage import scope
from brokerage.accounts.models import User
from brokerage.database import Base
from brokerage.errors import BadInput, WrongState
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail.models import Suppression
from brokerage.partners import duplicates, fields, merging, partners, record, seeking, vault
from brokerage.partners.merges import Merge
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


def test_the_record_that_says_most_is_proposed_to_be_kept_then_the_older(nadia, as_member):
    with as_member(nadia) as session:
        poor = people.a_partner(nadia, "Société Générale")
        rich = people.a_partner(nadia, "SOCIETE  GENERALE", siren="552120222")
        seeking.seek(nadia.association_id)
        [pair] = duplicates.page(nadia.association_id)[0]
        assert pair.in_order == (rich, poor)

        rich.siren = None
        poor.created_at = rich.created_at - timedelta(days=1)
        session.flush()
        assert pair.in_order == (poor, rich)


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


def test_what_somebody_set_apart_stays_apart(nadia, as_member, signed_in):
    with as_member(nadia) as session:
        one, two = people.a_partner(nadia), people.a_partner(nadia)
        session.commit()

    signed_in(nadia).post(f"/partenaires/doublons/{one.id}/distinction", data={"avec": two.id})

    with as_member(nadia):
        assert found(nadia) == []
    signed_in(nadia).post(f"/partenaires/doublons/{two.id}/rapprochement?avec={one.id}")
    with as_member(nadia):
        assert found(nadia) == [("name",)]


@pytest.fixture
def dump(admin_url: str, database: str) -> Any:
    """Everything in the database but the timeline, the merges, and counters of versions, which never go back."""
    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)

    def taken() -> dict[str, list[str]]:
        with engine.connect() as connection:
            names = [t.name for t in Base.metadata.tables.values() if not t.info.get("is_view") and t.name not in ("entry", "merge")]
            return {n: list(connection.scalars(sa.text(f"SELECT (to_jsonb(t) - 'version')::text FROM {n} t ORDER BY 1"))) for n in sorted(names)}

    return taken


FIELDS = [str(uuid.UUID(int=n)) for n in (1, 2, 3)]
OWN = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["oui", "non", 3]))
SHAPES = st.fixed_dictionaries({
    "name": st.sampled_from(["Énergie", "Énergie du Nord", "Œuvre"]), "town": st.sampled_from(["", "Lille"]), "website": st.sampled_from(["", "https://a.example", "https://b.example"]),
    "tags": st.lists(st.sampled_from(["a", "b", "c"]), unique=True), "visibility": st.sampled_from(list(Visibility)), "open_now": st.booleans(),
    "siret": st.booleans(), "extra": OWN,
})  # fmt: skip
PERSONS = st.lists(st.tuples(st.sampled_from(["Ada", "Bo"]), st.sampled_from(["", "ada@x.example", "bo@x.example"]), st.sampled_from(list(Permission)), st.integers(1, 12), OWN), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(SHAPES, PERSONS), st.tuples(SHAPES, PERSONS), st.frozensets(st.sampled_from(["name", "town", "website", "open_now", *(fields.MARK + key for key in FIELDS)])))
def test_merge_then_undo_is_the_identity_on_the_database(cast, nadia, lucas, dump, one, two, theirs):
    ids = []
    for shape, persons in (one, two):
        values = shape | {"siret": str(uuid.uuid4().int)[:14] if ids and shape["siret"] else None}
        with scope.acting(scope.member(nadia.association_id)) as session:
            partner = people.a_partner(nadia, **values)
            for first, email, permission, month, own in persons:
                people.a_contact(partner, first, "Né", email, permission=permission, quiet_months=[month], extra=own)
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


@pytest.fixture
def with_own(nadia, as_member) -> Any:
    """Two of one with fields of the association's own: one that differs, one that only the other fills."""
    with as_member(nadia) as session:
        by = session.get_one(User, nadia.id)
        level = fields.define(by, fields.Subject.PARTNER, fields.FieldKind.TEXT, "Niveau").key
        room = fields.define(by, fields.Subject.PARTNER, fields.FieldKind.TEXT, "Salle").key
        one, two = people.a_partner(nadia, extra={level: "lycée"}), people.a_partner(nadia, extra={level: "supérieur", room: "B12"})
        session.commit()
    return one.id, two.id, level, room


def test_fields_of_ones_own_are_kept_chosen_and_given_back(nadia, with_own, signed_in, as_member):
    one, two, level, room = with_own
    shown = words(signed_in(nadia).get(f"/partenaires/doublons/{one}?avec={two}&x-{level}=theirs"))

    signed_in(nadia).post(f"/partenaires/doublons/{one}/fusion", data={"avec": two, f"x-{level}": "theirs"})

    assert "Niveau lycée supérieur" in shown
    assert "Salle vide B12" in shown
    assert "Niveau supérieur Salle B12" in shown.partition("Après la fusion")[2]
    with as_member(nadia) as session:
        assert session.get_one(Partner, one).extra == {level: "supérieur", room: "B12"}
        session.get_one(Partner, one).extra = {level: "supérieur", room: "C3"}
        session.commit()
    with as_member(nadia) as session:
        assert merging.undo(session.scalars(sa.select(Merge)).one(), session.get_one(User, nadia.id)) == ["extra"]
        assert session.get_one(Partner, one).extra == {level: "lycée", room: "C3"}


def test_the_address_of_a_merged_record_leads_to_the_one_it_went_into(nadia, oscar, merged, as_member, signed_in):
    with as_member(nadia) as session:
        last = people.a_partner(nadia)
        merging.merge(last.id, merged[0], session.get_one(User, nadia.id))
        session.commit()

    assert signed_in(nadia).get(f"/partenaires/{merged[1]}").location == f"/partenaires/{last.id}"
    assert signed_in(oscar).get(f"/partenaires/{merged[1]}").status_code == 404
    with as_member(nadia) as session:
        merging.undo(session.scalars(sa.select(Merge).where(Merge.winner_id == last.id)).one(), session.get_one(User, nadia.id))
        session.commit()
    assert signed_in(nadia).get(f"/partenaires/{merged[1]}").location == f"/partenaires/{merged[0]}"


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


def test_what_may_be_there_already_is_told_before_it_is_added_and_added_all_the_same(nadia, as_member, signed_in):
    with as_member(nadia) as session:
        people.a_partner(nadia, "Méridiane Énergie")
        session.commit()
    typed = {"kind": "corporate", "name": "Meridiane Energi", "town": "Courbevoie", "postcode": "92400", "status": "active", "visibility": "listed"}

    told = signed_in(nadia).post("/partenaires/nouveau", data=typed)
    done = signed_in(nadia).post("/partenaires/nouveau", data=typed | {"quand_meme": "1"})

    assert told.status_code == 422
    assert "Méridiane Énergie, Courbevoie" in words(told)
    assert "Créer quand même" in words(told)
    assert 'value="Meridiane Energi"' in told.text
    assert done.status_code == 303


def test_what_is_in_the_trash_is_offered_back_to_who_types_it_anew(nadia, oscar, as_member, signed_in):
    with as_member(nadia) as session:
        gone = people.a_partner(nadia, "Méridiane Énergie")
        partners.trash(gone, session.get_one(User, nadia.id))
        session.commit()
    asked, headers = "/partenaires/nouveau?name=meridiane+energie", {"HX-Request": "true", "HX-Target": "peut-etre"}

    ours, theirs = (signed_in(who).get(asked, headers=headers) for who in (nadia, oscar))

    assert f'formaction="/partenaires/{gone.id}/restauration"' in ours.text
    assert "Méridiane" not in theirs.text
    assert signed_in(nadia).post(f"/partenaires/{gone.id}/restauration").status_code == 303
