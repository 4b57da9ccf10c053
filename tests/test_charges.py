"""Who gets a request, and why: the owner, the table of charges, the default; and a page that says so."""

import uuid

import pytest
import sqlalchemy as sa

from brokerage import clock, scope
from brokerage.accounts.models import Association, Role, User
from brokerage.errors import BadInput, NotFound, NotYours
from brokerage.introductions import charges, departures, requests, routing
from brokerage.introductions.models import IntroductionRequest, Need, RoutingRule
from brokerage.introductions.routing import Sought, Why
from tests import cast as people

NORTH, PARIS, BRITTANY = "32", "11", "53"


@pytest.fixture
def table(cast, as_member):
    """Hélène administers: companies around Paris are Karim's, the North is Nadia's, the rest Nadia's too."""
    with as_member(cast.helene) as session:
        by = session.get_one(User, cast.helene.id)
        charges.put(by, "corporate", PARIS, cast.karim.id)
        charges.put(by, "", NORTH, cast.nadia.id)
        charges.put_default(by, cast.nadia.id)
        session.commit()


def submitted(cast, as_member, partner=None, **more):
    """A request of Lucas's, sent: as the database then has it."""
    with as_member(cast.lucas) as session:
        by = session.get_one(User, cast.lucas.id)
        request = people.a_request(by, cast.pa, partner, **more)
        requests.submit(request, by)
        session.commit()
        return request


def put(cast, as_member, *line, by="helene"):
    with as_member(cast.helene) as session:
        charges.put(session.get_one(User, getattr(cast, by).id), *line)
        session.commit()


@pytest.mark.parametrize(("need", "place", "who", "why"), [
    (Need.CORPORATE, PARIS, "karim", Why.CHARGE),
    (Need.ACADEMIC, PARIS, "nadia", Why.DEFAULT),
    (Need.CORPORATE, NORTH, "nadia", Why.CHARGE),
    (Need.VOLUNTEERS, PARIS, "nadia", Why.DEFAULT),
    (Need.CORPORATE, BRITTANY, "nadia", Why.DEFAULT),
])  # fmt: skip
def test_a_need_without_a_partner_goes_to_whoever_is_in_charge(need, place, who, why, cast, table, as_member):
    request = submitted(cast, as_member, need=need, region=place)

    assert request.handler_id == getattr(cast, who).id
    with as_member(cast.nadia):
        way = routing.route(Sought(cast.pa.id, cast.lucas.id, need.value if need.value in routing.KINDS else "", place))
    assert (way.manager.id, way.why) == (getattr(cast, who).id, why)


def test_the_region_counts_before_the_country_and_a_kind_before_all_of_them(cast, as_member):
    put(cast, as_member, "corporate", "", cast.karim.id)
    put(cast, as_member, "", PARIS, cast.nadia.id)

    assert submitted(cast, as_member, need=Need.CORPORATE, region=PARIS).handler_id == cast.nadia.id
    put(cast, as_member, "corporate", PARIS, cast.karim.id)
    assert submitted(cast, as_member, need=Need.CORPORATE, region=PARIS).handler_id == cast.karim.id
    assert submitted(cast, as_member, need=Need.CORPORATE, region=NORTH).handler_id == cast.karim.id


def test_the_owner_of_a_relation_comes_first_and_a_partner_nobody_owns_follows_the_table(cast, table, as_member):
    with as_member(cast.nadia) as session:
        owned, orphan = people.a_partner(cast.nadia), people.a_partner(cast.nadia, "Orphée SA")
        orphan.owner_id = None
        session.commit()

    assert submitted(cast, as_member, owned, region=PARIS).handler_id == cast.nadia.id
    assert submitted(cast, as_member, orphan, region=NORTH).handler_id == cast.karim.id  # the partner's region, not the event's


def test_while_whoever_is_in_charge_is_away_it_goes_to_their_stand_in_and_is_meant_for_them(cast, table, as_member, as_system):
    with as_system() as session:
        away = session.get_one(User, cast.karim.id)
        away.away_from, away.away_until, away.stand_in_id = clock.today(), clock.today(), cast.nadia.id
        session.commit()

    request = submitted(cast, as_member, need=Need.CORPORATE, region=PARIS)

    assert (request.handler_id, request.covers_id) == (cast.nadia.id, cast.karim.id)


def test_a_line_for_the_same_partners_replaces_the_former(cast, table, as_member, as_system):
    put(cast, as_member, "corporate", PARIS, cast.nadia.id)

    with as_system() as session:
        lines = {(one.kind, one.region): one.manager_id for one in session.scalars(sa.select(RoutingRule))}
    assert lines == {("corporate", PARIS): cast.nadia.id, ("", NORTH): cast.nadia.id}


@pytest.mark.parametrize(("kind", "region", "who"), [
    ("corporate", "99", "karim"), ("choir", PARIS, "karim"), ("", "", "karim"), ("corporate", PARIS, "thi_mai"), ("corporate", PARIS, "jean_baptiste"),
])  # fmt: skip
def test_only_our_managers_for_partners_that_exist(kind, region, who, cast, as_member):
    with pytest.raises(BadInput):
        put(cast, as_member, kind, region, getattr(cast, who).id)


def test_a_manager_reads_the_table_and_only_an_admin_changes_it(cast, table, as_member, client_of):
    assert "Entreprises · Île-de-France" in client_of(cast.nadia).get("/reglages/qui-decide").text
    assert client_of(cast.thi_mai).get("/reglages/qui-decide").status_code == 403
    assert client_of(cast.nadia).post("/reglages/qui-decide", data={"kind": "corporate", "region": NORTH, "manager": str(cast.nadia.id)}).status_code == 403
    with pytest.raises(NotYours):
        put(cast, as_member, "corporate", NORTH, cast.nadia.id, by="nadia")


def test_an_allys_table_and_a_strangers_are_not_ours_to_change(cast, table, as_member, as_system):
    with as_system() as session:
        line = session.scalars(sa.select(RoutingRule.id)).first()
    with as_member(cast.awa) as session:
        by = session.get_one(User, cast.awa.id)
        with pytest.raises(NotFound):
            charges.remove(by, line)
        assert session.scalar(sa.select(sa.func.count()).select_from(RoutingRule)) == 2  # an ally must know where a request goes
    with as_member(cast.oscar) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RoutingRule)) == 0
    with scope.acting(scope.member(cast.ede.id)) as session:
        session.add(RoutingRule(association_id=cast.pa.id, kind="academic", region=PARIS, manager_id=cast.nadia.id))
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            session.flush()


def test_the_page_names_the_holes_and_who_gets_them(cast, table, client_of):
    page = client_of(cast.helene).get("/reglages/qui-decide").text.replace("’", "'")

    assert "Sans personne en charge des établissements" in page
    assert "Ces demandes arrivent chez Nadia Benhaddou." in page
    hole = page[page.index("en charge des entreprises") :].split(". ")[0]
    assert "Île-de-France" not in hole
    assert "autres régions" in hole


def test_a_line_whose_manager_decides_no_more_is_called_void(cast, table, client_of, as_system, as_member):
    with as_system() as session:
        session.get_one(User, cast.karim.id).roles = [Role.DELEGATE.value]
        session.commit()

    page = client_of(cast.helene).get("/reglages/qui-decide").text

    assert "Karim Lahlou ne décide plus" in page
    assert submitted(cast, as_member, need=Need.CORPORATE, region=PARIS).handler_id == cast.nadia.id


@pytest.mark.parametrize(("network", "place", "said"), [
    ("corporate", "Courbevoie", "chez Karim Lahlou : en charge de « Entreprises · Île-de-France »."),
    ("academic", "Saint-Quentin", "chez Nadia Benhaddou : en charge de « Tous les partenaires · Hauts-de-France »."),
    ("corporate", "Rennes", "chez Nadia Benhaddou : personne n'est en charge, c'est la personne par défaut."),
    ("corporate", "Nulleville-les-Oies", "« Nulleville-les-Oies » n'est d'aucune région connue."),
])  # fmt: skip
def test_the_try_line_says_who_would_get_a_need_and_why(network, place, said, cast, table, client_of):
    page = client_of(cast.nadia).get("/reglages/qui-decide", query_string={"reseau": network, "lieu": place}).text

    assert said in page.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")


def test_a_refused_line_keeps_what_was_chosen(cast, table, client_of):
    answer = client_of(cast.helene).post("/reglages/qui-decide", data={"kind": "academic", "region": BRITTANY, "manager": ""})

    assert answer.status_code == 422
    assert "Choisissez une ou un responsable des partenariats" in answer.text
    assert f'<option value="{BRITTANY}" selected>' in answer.text


def test_lines_are_added_and_removed_on_the_page(cast, table, client_of, as_system):
    admin = client_of(cast.helene)
    admin.post("/reglages/qui-decide", data={"kind": "academic", "region": BRITTANY, "manager": str(cast.karim.id)})
    admin.post("/reglages/qui-decide/defaut", data={"manager": str(cast.karim.id)})

    with as_system() as session:
        line = session.scalars(sa.select(RoutingRule).where(RoutingRule.region == BRITTANY)).one()
        assert session.get_one(Association, cast.pa.id).default_manager_id == cast.karim.id
    assert admin.post("/reglages/qui-decide/suppression", data={"rule": str(line.id)}).status_code == 303
    assert admin.post("/reglages/qui-decide/suppression", data={"rule": str(uuid.uuid4())}).status_code == 404


def test_who_leaves_hands_over_the_lines_and_what_they_were_covered_for(cast, table, as_member, as_system):
    with as_system() as session:
        away = session.get_one(User, cast.karim.id)
        away.away_from, away.stand_in_id = clock.today(), cast.nadia.id
        session.commit()
    request = submitted(cast, as_member, need=Need.CORPORATE, region=PARIS)

    with as_member(cast.helene) as session:
        by, leaving = session.get_one(User, cast.helene.id), session.get_one(User, cast.karim.id)
        departures.depart(leaving, by, session.get_one(User, cast.nadia.id))
        session.commit()

    with as_system() as session:
        assert {one.manager_id for one in session.scalars(sa.select(RoutingRule))} == {cast.nadia.id}
        kept = session.get_one(IntroductionRequest, request.id)
        assert (kept.handler_id, kept.covers_id) == (cast.nadia.id, None)
