"""The search for partners that are in a book twice: what it proposes, what it never does, and by which indexes."""

from dataclasses import fields, replace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from brokerage import errands
from brokerage.accounts.models import User
from brokerage.local.roles import plain
from brokerage.partners import duplicates, partners, seeking
from brokerage.partners.merges import LikelyPair
from brokerage.partners.models import Partner, PartnerKind
from tests import cast as people
from tests.conftest import as_role
from tests.test_duplicates import found

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


MANY = (
    "INSERT INTO partner (id, association_id, created_at, version, kind, name, siren, type, headcount, address, postcode, town, website, status,"
    " visibility, accepts, open_now, tags, since, source, changed_at)"
    " SELECT md5(n::text)::uuid, %s, now(), 1, 'corporate', 'Maison ' || n / 2, (n / 2)::text, '', '', '', (n %% 5000)::text, 'Ville ' || n %% 5000, '',"
    " 'active', 'listed', '{}', true, '{}', '', '', now() FROM generate_series(1, 20000) n"
)
PAIRS = (
    "INSERT INTO likely_pair SELECT a.association_id, a.id, b.id, 60, '{name}' FROM partner a JOIN partner b ON b.name = a.name AND a.id < b.id"
)


@pytest.mark.slow
def test_the_queue_and_the_search_of_what_changed_are_read_by_indexes(nadia, admin_url, database, as_member):
    """On 20,000 partners with statistics: what EXPLAIN says of the statements themselves."""
    with psycopg.connect(plain(as_role(admin_url, "postgres", database)), autocommit=True) as session:
        session.execute(MANY, [nadia.association_id])
        session.execute(PAIRS)
        session.execute("VACUUM ANALYZE")
    with as_member(nadia) as session:
        some = list(session.scalars(sa.select(Partner.id).limit(3)))
        asked = [_plan(session, way(nadia.association_id, some)) for way in seeking.POINTS_OF]
        order = (LikelyPair.score.desc(), LikelyPair.first_id, LikelyPair.second_id)
        page = _plan(session, duplicates._waiting(nadia.association_id, LikelyPair.first_id).order_by(*order).limit(31))

    assert "ix_likely_pair_score" in page
    assert [plan for plan in (page, *asked) if "Seq Scan on partner" in plan] == []


def _plan(session: Any, statement: Any) -> str:
    heard: list[Any] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", hear := lambda _c, _k, said, given, *_more: heard.append((said, given)))
    session.execute(statement)
    sa.event.remove(session.get_bind(), "before_cursor_execute", hear)
    return "\n".join(row[0] for row in session.connection().exec_driver_sql("EXPLAIN " + heard[-1][0], heard[-1][1]))
